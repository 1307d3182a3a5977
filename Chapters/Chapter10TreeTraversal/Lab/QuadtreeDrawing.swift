import Chapter10TreeTraversal
import Figures

/// A picture with the outlines of its quadtree's blocks.
struct QuadtreeDrawing: Drawable {
  var title: String
  var picture: GrayPicture
  var blocks: [GrayPicture.Block]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 15), horizontal: .center)
    let pixel = (min(rectangle.width, rectangle.height - 24) / Double(picture.side)).rounded(.down)
    let side = pixel * Double(picture.side)
    let square = Rectangle(
      x: rectangle.midX - side / 2, y: rectangle.y + 24, width: side, height: side)
    canvas.draw(
      Image(width: picture.side, height: picture.side, format: .gray, pixels: picture.pixels), in: square)
    for block in blocks {
      canvas.stroke(
        Rectangle(
          x: square.x + pixel * Double(block.x), y: square.y + pixel * Double(block.y),
          width: pixel * Double(block.side), height: pixel * Double(block.side)),
        color: Color.palette(3).opacity(0.55), width: 0.7)
    }
  }
}

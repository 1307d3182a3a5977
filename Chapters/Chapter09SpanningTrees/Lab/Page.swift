import Figures

/// A drawing with a white margin around it.
struct Page: Drawable {
  let content: any Drawable

  init(_ content: any Drawable) { self.content = content }

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    content.draw(on: &canvas, in: rectangle.inset(left: 14, top: 10, right: 14, bottom: 14))
  }
}

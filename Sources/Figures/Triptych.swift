/// Three pictures side by side: *yours | reference | difference*.
///
/// The difference shows the reference faintly, and in red where the two differ, the redder the more. Pictures of
/// different sizes are laid upon each other at the top left corner; what only one of them has counts as different.
public enum Triptych {
  /// - Parameters:
  ///   - maximumWidth: real pixels that each of the three may be wide; wider pictures are reduced by a whole factor.
  ///   - caption: a line under the pictures, such as the measure and its limit.
  public static func image(yours: Image, reference: Image, caption: String = "", maximumWidth: Int = 640) -> Image {
    let difference = self.difference(yours, reference)
    let widest = max(yours.width, reference.width)
    let factor = max(1, (widest + maximumWidth - 1) / maximumWidth)
    // Small pictures are enlarged, so that their pixels can be told apart.
    let zoom = max(1, min(4, maximumWidth / max(1, widest) / 2))
    let panels = [("yours", yours), ("reference", reference), ("difference", difference)].map { name, image in
      (name: name, image: image.pooled(by: min(factor, image.width, image.height)).magnified(by: zoom))
    }
    let (gap, margin, head) = (16, 12, 30)
    let panelWidth = max(90, panels.map(\.image.width).max()!)
    let height = panels.map(\.image.height).max()!
    let foot = caption.isEmpty ? margin : 36
    let total = 2 * margin + 3 * panelWidth + 2 * gap
    var canvas = Canvas(width: Double(total), height: Double(head + height + foot), scale: 1)
    for (i, panel) in panels.enumerated() {
      let left = margin + i * (panelWidth + gap)
      canvas.text(
        panel.name, at: Point(Double(left), 21), size: 14, isBold: true, horizontal: .left, vertical: .baseline)
      let box = Rectangle(
        x: Double(left), y: Double(head), width: Double(panel.image.width), height: Double(panel.image.height))
      canvas.draw(panel.image, in: box)
      canvas.stroke(box.inset(left: -0.5, top: -0.5, right: -0.5, bottom: -0.5), color: .frame, width: 1)
    }
    if !caption.isEmpty {
      let natural = Canvas.measure(caption, size: 13).width
      canvas.text(
        caption, at: Point(Double(margin), Double(head + height) + 23),
        size: min(13, 13 * Double(total - 2 * margin) / max(1, natural)), horizontal: .left, vertical: .baseline)
    }
    return canvas.image
  }

  static func difference(_ first: Image, _ second: Image) -> Image {
    let (a, b) = (first.toRGB(), second.toRGB())
    let (width, height) = (max(a.width, b.width), max(a.height, b.height))
    var pixels = [UInt8](repeating: 255, count: 3 * width * height)
    for y in 0..<height {
      for x in 0..<width {
        let p = 3 * (y * width + x)
        let inBoth = x < a.width && y < a.height && x < b.width && y < b.height
        var worst = 255
        var faint = 255
        if inBoth {
          worst = 0
          var luma = 0
          for c in 0..<3 {
            let (va, vb) = (Int(a.pixels[3 * (y * a.width + x) + c]), Int(b.pixels[3 * (y * b.width + x) + c]))
            worst = max(worst, abs(va - vb))
            luma += vb
          }
          faint = 255 - (255 - luma / 3) / 5
        }
        // A difference of one level is already a tint; from 64 on it is full red.
        let strength = worst == 0 ? 0 : min(255, 48 + worst * 207 / 64)
        for (c, red) in [214, 30, 45].enumerated() {
          pixels[p + c] = UInt8((red * strength + faint * (255 - strength) + 127) / 255)
        }
      }
    }
    return Image(width: width, height: height, format: .rgb, pixels: pixels)
  }
}

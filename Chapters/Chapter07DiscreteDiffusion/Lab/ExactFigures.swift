import Chapter07DiscreteDiffusion
import Figures
import Foundation
import LabKit
import Tensors

/// The figures that need no network.
struct ExactFigures {
  let writer: FigureWriter

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws {}
}

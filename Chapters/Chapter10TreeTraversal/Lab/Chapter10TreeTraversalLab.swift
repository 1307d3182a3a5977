import ArgumentParser
import LabKit

/// Chapter 10's experiment.
@main
struct Chapter10TreeTraversalLab: ParsableCommand {
  @OptionGroup var options: LabOptions
  func run() throws {}
}

import ArgumentParser
import LabKit

/// Chapter 7's experiment.
@main
struct Chapter07DiscreteDiffusionLab: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Texts drawn by discrete diffusion with your exercises.")

  @OptionGroup var options: LabOptions

  func run() throws {}
}

import ArgumentParser
import LabKit

@main
struct Chapter01GANLab: ParsableCommand {
  @OptionGroup var options: LabOptions
  func run() throws {}
}

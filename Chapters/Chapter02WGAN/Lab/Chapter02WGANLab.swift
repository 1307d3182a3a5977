import ArgumentParser
import LabKit

@main
struct Chapter02WGANLab: ParsableCommand {
  @OptionGroup var options: LabOptions
  func run() throws {}
}

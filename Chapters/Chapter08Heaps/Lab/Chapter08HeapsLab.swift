import ArgumentParser
import LabKit

@main
struct Chapter08HeapsLab: ParsableCommand {
  @OptionGroup var options: LabOptions
  func run() throws {}
}

import ArgumentParser
import Chapter04DDPM
import LabKit

/// Chapter 4's experiment.
@main
struct Chapter04DDPMLab: ParsableCommand {
  @OptionGroup var options: LabOptions
}

import ArgumentParser
import Chapter06RectifiedFlow
import LabKit

/// Chapter 6's experiment.
@main
struct Chapter06RectifiedFlowLab: ParsableCommand {
  @OptionGroup var options: LabOptions
}

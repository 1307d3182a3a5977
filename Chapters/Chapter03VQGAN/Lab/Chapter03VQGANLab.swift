import ArgumentParser

/// Chapter 3's experiment.
@main
struct Chapter03VQGANLab: ParsableCommand {
}

import ArgumentParser

struct Author: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "For those who write the course.",
    subcommands: [
      Stubs.self, Check.self, Mistakes.self, AdoptFigures.self, WriteSyllabus.self, TrainClassifier.self,
      MakeClass.self, Hostile.self,
    ])
}

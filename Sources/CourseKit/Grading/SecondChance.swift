/// Which exercises of a chapter are to be graded once more, beside the solutions' files instead of the student's: those
/// that aren't right and use another exercise's file that isn't right either. So a wrong early answer costs no later one.
struct SecondChance {
  /// Exercises that are tested in one build, each with the student's own file and none with that of another one that it
  /// uses.
  struct Round: Equatable {
    var exercises: [Manifest.Exercise]
  }

  let rounds: [Round]
  /// For each of these exercises the ones that it uses and that aren't right, in their order.
  let blamed: [ExerciseID: [ExerciseID]]

  /// - Parameters:
  ///   - results: those of the first grading; one for each of `exercises`.
  ///   - files: what stood in each file when it was graded.
  ///   - solutions: what stands in each file of the solutions.
  ///   - untouched: the files in which nothing has been done: there is no answer to test.
  init(
    _ exercises: [Manifest.Exercise], of chapter: Chapter, results: [ExerciseResult], files: [String: String],
    solutions: [String: String], untouched: Set<String> = []
  ) {
    let dependencies = FileDependencies(
      solutions.mapValues { [$0] }.merging(files.mapValues { [$0] }) { $0 + $1 })
    // What wasn't graded may be wrong too.
    let right = Set(zip(exercises, results).filter { $1.isRight }.map(\.0.id))
    var blamed: [ExerciseID: [ExerciseID]] = [:]
    var rounds: [Round] = []
    for (exercise, result) in zip(exercises, results)
    where !result.isRight && result.status != .didNotCompile && !untouched.contains(exercise.file) {
      let used = dependencies.all(of: exercise.file)
      let wrong = chapter.exercises.filter {
        used.contains($0.file) && $0.file != exercise.file && !right.contains($0.id)
      }
      guard !wrong.isEmpty else { continue }
      blamed[exercise.id] = wrong.map(\.id)
      let place = rounds.firstIndex { round in
        round.exercises.allSatisfy {
          $0.file == exercise.file || !used.contains($0.file) && !dependencies.all(of: $0.file).contains(exercise.file)
        }
      }
      if let place { rounds[place].exercises.append(exercise) } else { rounds.append(Round(exercises: [exercise])) }
    }
    self.rounds = rounds
    self.blamed = blamed
  }
}

extension ExerciseResult {
  /// The better of this and of a second grading beside the solutions of `others`.
  func improved(by second: ExerciseResult, beside others: [ExerciseID]) -> ExerciseResult {
    guard second.points > points else { return self }
    var better = second
    let names = others.map(\.description).joined(separator: ", ")
    let note = "graded beside the solutions of \(names), which it may use and which aren't right"
    better.detail = [better.detail, note].compactMap(\.self).joined(separator: "; ")
    return better
  }
}

import ArgumentParser
import CourseKit

struct Hint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Give a hint, and a stronger one each time.",
    discussion: "Examples:\n  course hint 5.2\n  course hint 5.2 --all\n  course hint 5.2 --reset")

  @Argument(help: "An exercise, e.g. 5.2.") var exercise: String
  @Flag(help: "All hints at once.") var all = false
  @Flag(help: "Begin again with the first one next time.") var reset = false
  @OptionGroup var output: Output

  func run() throws {
    let course = try Course()
    let (_, exercise) = try course.selectExercise(exercise)
    let hints = Hints(course: course)
    if reset {
      try hints.reset(exercise)
      print("The next hint for \(exercise.id) is the first one again.")
    } else if all {
      for (index, hint) in exercise.hints.enumerated() { show(index + 1, of: exercise.hints.count, hint) }
    } else if let hint = try hints.next(for: exercise) {
      show(hint.number, of: hint.count, hint.text)
      let more = hint.number < hint.count
      print(output.style.dim(more ? "Ask again for a stronger one." : "That was the last one."))
    } else {
      print("There are no hints for \(exercise.id).")
    }
  }

  private func show(_ number: Int, of count: Int, _ text: String) {
    print(output.style.bold("Hint \(number) of \(count)"))
    for line in text.lines(width: 78) { print("  " + line) }
  }
}

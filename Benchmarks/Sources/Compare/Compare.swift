import ArgumentParser
import Foundation

@main
enum Program {
  static func main() {
    // A contestant must be there at once: no command line to parse.
    let arguments = CommandLine.arguments
    if arguments.count > 1, arguments[1] == "worker" {
      do {
        var worker = try Worker(Array(arguments.dropFirst(2)))
        worker.serve()
      } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        exit(1)
      }
    } else {
      Compare.main()
    }
  }
}

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Measures the numeric core beside PyTorch, JAX and OpenBLAS, on the same work, in one run.")

  @Option(help: ArgumentHelp("Run the rows whose name contains a match of this regular expression.", valueName: "name"))
  var only: String?

  @Option(help: "How many turns everybody gets in each row.")
  var rounds = 15

  @Flag(help: "List the rows with their marks, and stop.")
  var list = false

  @Flag(help: "Time nothing; only check that all compute the same.")
  var check = false

  @Flag(help: "End with exit code 1 if a row misses its mark.")
  var strict = false

  @Flag(help: "Write no files.")
  var dryRun = false

  @Flag(help: "Draw the table and the chart again from the recorded results, and stop.")
  var redraw = false

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds must be at least 1.") }
    if let only { _ = try regex(only) }
  }

  private func regex(_ text: String) throws -> Regex<AnyRegexOutput> {
    do { return try Regex(text) } catch {
      throw ValidationError("--only \(text) is no regular expression: \(error)")
    }
  }

  func run() throws {
    var rows = Row.all
    if let only {
      let pattern = try regex(only)
      rows = rows.filter { $0.name.firstMatch(of: pattern) != nil }
      if rows.isEmpty { throw ValidationError("No row's name matches \(only); --list shows them.") }
    }
    if list {
      for row in rows { print("\(row.name)  \(row.group): \(row.title); \(row.mark.text)") }
      return
    }
    let setting = try Setting()
    if redraw {
      for url in try Record.load(setting).write(setting) { print(url.path) }
      return
    }
    let comparison = Comparison(setting: setting, rounds: rounds)
    var results: [Result] = []
    var failures = 0
    for row in rows {
      do {
        let result = try comparison.run(row, isTimed: !check)
        results.append(result)
        // At once, so that a run that is broken off keeps what it has.
        if !check, !dryRun {
          var record = Record.load(setting)
          record.add([result])
          try record.save(setting)
        }
        if check {
          let who = result.variants.keys.sorted().joined(separator: ", ")
          print("\(row.name): agree within \(result.distance.map { "\($0)" } ?? "the tolerance") (\(who))")
        } else {
          print(result.line)
        }
      } catch let error as BenchmarkError {
        print("\(row.name): ERROR: \(error)")
        failures += 1
      }
      fflush(nil)
    }
    if !check {
      var record = Record.load(setting)
      record.add(results)
      if !dryRun { for url in try record.write(setting) { print(url.path) } }
      let missed = results.filter { $0.isMet == false }
      print("\(results.count - missed.count) of \(results.count) rows are at their mark.")
      for result in missed { print("  missed: \(result.row.name)") }
      if strict, !missed.isEmpty { throw ExitCode(1) }
    }
    if failures > 0 {
      print("\(failures) of \(rows.count) rows failed.")
      throw ExitCode(2)
    }
  }
}

import Foundation

/// A batch script for SLURM that grades a class as a job array: each task grades a slice of the submissions, in a copy of the
/// course that is its own.
///
/// What is graded isn't graded again, so the script may be submitted as often as one likes: after a time limit, a node
/// that failed, or late submissions.
public struct SlurmScript: Sendable {
  /// What a task may use.
  public struct Limits: Sendable {
    public var processors: Int
    /// As SLURM writes it: `4G`.
    public var memory: String
    /// As SLURM writes it: `04:00:00`.
    public var time: String
    /// How many tasks may run at once; `nil` for all.
    public var tasksAtOnce: Int?

    public init(processors: Int, memory: String, time: String, tasksAtOnce: Int? = nil) {
      self.processors = processors
      self.memory = memory
      self.time = time
      self.tasksAtOnce = tasksAtOnce
    }
  }

  let course: URL
  let submissions: URL
  let out: URL
  let tasks: Int
  let limits: Limits
  /// Where the copies of the course go, a folder that the node itself holds; `nil` for `TMPDIR`.
  let scratch: String?
  /// More lines for SLURM, e.g. `--partition=short`.
  let directives: [String]
  /// Further arguments of `course grade`, e.g. `["--chapter", "5"]`.
  let arguments: [String]

  /// - Parameter scratch: where the copies of the course go; `nil` for the node's `TMPDIR`.
  public init(
    course: Course, submissions: URL, out: URL, tasks: Int, limits: Limits, scratch: String? = nil,
    directives: [String] = [], arguments: [String] = []
  ) {
    self.course = course.root
    self.submissions = submissions
    self.out = out
    self.tasks = tasks
    self.limits = limits
    self.scratch = scratch
    self.directives = directives
    self.arguments = arguments
  }

  /// Where the script is written.
  public var file: URL { out.appending(path: "slurm/grade.sbatch") }

  /// Writes the script, and the folder for the tasks' logs.
  public func write() throws { try ClassFolder(url: out).write(text, to: "slurm/grade.sbatch") }

  /// The script.
  var text: String {
    let array = "1-\(tasks)" + (limits.tasksAtOnce.map { "%\($0)" } ?? "")
    let own = [
      "--job-name=course-grade", "--array=\(array)", "--nodes=1", "--ntasks=1",
      "--cpus-per-task=\(limits.processors)", "--mem=\(limits.memory)", "--time=\(limits.time)", "--requeue",
      "--open-mode=append", "--output=\(out.path)/slurm/task-%a.log",
    ]
    let lines = (own + directives).map { "#SBATCH \($0)" }.joined(separator: "\n")
    let further = (arguments + ["--jobs", "\(limits.processors)"]).map(SlurmScript.quoted).joined(separator: " ")
    let scratch = scratch.map(SlurmScript.quoted) ?? "\"${TMPDIR:-/tmp}\""
    return """
      #!/usr/bin/env bash
      \(lines)
      #
      # Written by `course grade slurm`. Each task of the array copies the course into a folder of its own on its node, builds
      # it there, and grades its slice of the submissions; the reports of all tasks meet in one folder. What is graded
      # isn't graded again: submit this file once more if a task was stopped. See Guides/Grading.md.
      set -euo pipefail
      umask 077

      course=\(SlurmScript.quoted(course.path))
      submissions=\(SlurmScript.quoted(submissions.path))
      out=\(SlurmScript.quoted(out.path))
      task=$SLURM_ARRAY_TASK_ID
      echo "task $task of \(tasks) on $(hostname), job $SLURM_JOB_ID"

      # The same folder when the task runs again on this node, so that it needn't build again; another for another class.
      copy=\(scratch)/course-grade-$(id -u)-$(printf %s "$out" | cksum | cut -d ' ' -f 1)-$task
      mkdir -p "$copy"
      exec 9>"$copy.lock"
      flock --nonblock 9 || { echo "task $task of this class is running on this node already"; exit 1; }

      # The sources as they are now; the build stays. The packages that the course needs come along, because a node may
      # have no network.
      find "$copy" -mindepth 1 -maxdepth 1 ! -name '.build' -exec rm -rf {} +
      tar -C "$course" --exclude=./.git --exclude='./.build*' --exclude=./Output --exclude=./Benchmarks -cf - . | tar -C "$copy" -xf -
      mkdir -p "$copy/.build"
      for part in checkouts repositories workspace-state.json; do
        if [[ -e $course/.build/$part && ! -e $copy/.build/$part ]]; then cp -a "$course/.build/$part" "$copy/.build/"; fi
      done

      cd "$copy"
      export SOLUTIONS=all
      # Without --jobs: it would end up in the compiler's arguments, and the grader's own build would compile all anew.
      swift build --product course
      # The lock is this script's alone, not that of the programs that it starts.
      .build/debug/course grade --no-color --class "$submissions" --out "$out" --slice "$task/\(tasks)" \(further) 9>&-
      unset SOLUTIONS

      # All of the slice is graded: the copy has served.
      cd /
      rm -rf "$copy"
      echo "task $task is done"

      """
  }

  /// The word as a shell reads it back.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:".contains($0)) }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}

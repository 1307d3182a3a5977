/// What `chapter.yml` says about a chapter: the one place from which everything else is made, be it the syllabus, the
/// stubs, the hints or the points.
public struct Manifest: Equatable, Sendable {
  /// `5`.
  public var number: Int
  public var title: String
  /// The chapter's Swift module and the name of its folders: `Chapter05EDM`.
  public var module: String
  /// What a diligent student needs for lesson, exercises and lab.
  public var hours: Double
  /// Chapters that help first. Advice: nothing is built from it.
  public var requires: [Int]
  public var summary: String
  public var exercises: [Exercise]
  public var figures: [Figure]

  public var points: Int { exercises.reduce(0) { $0 + $1.points } }

  /// One exercise: a file to fill in, and a test class that says whether it is right.
  public struct Exercise: Equatable, Sendable {
    public var id: ExerciseID
    public var title: String
    /// The file's name, the same in `Chapters/…/Exercises` and in `Solutions/…`.
    public var file: String
    /// The `XCTestCase` subclass, and the name of its file.
    public var test: String
    public var points: Int
    /// Seconds after which its tests are stopped.
    public var timeLimit: Double
    /// The test class's methods in rising order. What ran must be exactly these.
    public var rungs: [Rung]
    /// From a nudge to nearly the answer.
    public var hints: [String]
  }

  /// One test method, and what it demands in a few words.
  public struct Rung: Equatable, Sendable {
    public var name: String
    public var title: String
  }

  /// One picture that the chapter's lab draws.
  public struct Figure: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
      /// The same pixels on every machine, but for rounding.
      case exact
      /// What a trained model drew: compared as a set of tiles.
      case samples
    }

    public var name: String
    public var kind: Kind
    /// What it shows, and what to look for.
    public var caption: String
    /// The largest distance from the reference that still passes.
    public var limit: Double?
  }
}

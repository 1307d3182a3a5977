/// One line that the test bundle writes for the grader, as JSON. CourseKit's `Receipt` reads it.
///
/// An exercise that ends the process, crashes or hangs leaves no `finished`; one that fakes the output of XCTest leaves
/// nothing at all. Every receipt bears a word that the grader gave to this process alone, and that is good for this one.
struct Receipt: Encodable {
  enum Event: String, Encodable {
    case started, failed, skipped, finished
  }

  let nonce: String
  let event: Event
  /// `Chapter05EDMTests.Exercise5_2_NoiseSchedule`.
  let suite: String
  /// `test1_Shapes`.
  let test: String
  var message: String?
  var file: String?
  var line: Int?
  var assertions: Int?
}

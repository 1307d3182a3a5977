/// A wrong answer that people really give. The tests of its exercise must fail on it.
struct Mistake: Equatable, Sendable {
  /// `forgets-sigma-data`.
  var name: String
  var title: String
  /// Why people make it.
  var why: String
  /// The part of the answer that it replaces; it must occur exactly once in the exercise's regions.
  var find: String
  var replace: String
  /// What one failure message must contain, so that a student is told something of use.
  var message: String
}

import Exercises

/// The call refuses its arguments with `InvalidArgument`. Any other error (an unsolved exercise, say) passes through.
///
/// - Parameter what: the arguments, as in "a rising grid should throw InvalidArgument".
public func expectRefusal(
  _ what: String, file: StaticString = #filePath, line: UInt = #line, _ call: () throws -> Void
) throws {
  do {
    try call()
    expect(false, "\(what) should throw InvalidArgument", file: file, line: line)
  } catch let refusal as InvalidArgument {
    expect(!refusal.description.isEmpty, "\(what) should say what is wrong", file: file, line: line)
  }
}

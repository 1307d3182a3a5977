import Synchronization

/// The place where a test library says what error an unsolved exercise throws. The exercises themselves know no test library.
@_spi(ExerciseTesting) public enum UnsolvedErrors {
  private static let maker = Mutex<@Sendable (Unsolved) -> any Error>({ $0 })

  /// From now on ``unsolved(_:file:line:)`` returns what `maker` makes.
  public static func become(_ maker: @escaping @Sendable (Unsolved) -> any Error) {
    self.maker.withLock { $0 = maker }
  }

  static func make(_ unsolved: Unsolved) -> any Error {
    let maker = self.maker.withLock { $0 }
    return maker(unsolved)
  }
}

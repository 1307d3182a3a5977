/// Between which states a token may jump while it is corrupted, and where it ends: SEDD's word for a noise process.
///
/// Data consist of the tokens 0, …, N − 1. Every token is corrupted on its own, by the same continuous-time Markov
/// chain, whose time is σ, the noise so far.
public enum TokenGraph: Equatable, Sendable {
  /// A token jumps to any other; at the end all N are equally likely.
  case uniform(tokens: Int)
  /// A token jumps to one extra state, the mask, with index N, and stays there.
  case absorbing(tokens: Int)

  /// N, the tokens that data consist of.
  public var tokenCount: Int {
    switch self {
    case .uniform(let tokens), .absorbing(let tokens): tokens
    }
  }

  /// S, the states that a corrupted token may be in: N, or N + 1 with the mask.
  public var stateCount: Int {
    switch self {
    case .uniform(let tokens): tokens
    case .absorbing(let tokens): tokens + 1
    }
  }

  /// The index of the mask, N, or nil where there is none.
  public var mask: Int? {
    switch self {
    case .uniform: nil
    case .absorbing(let tokens): tokens
    }
  }
}

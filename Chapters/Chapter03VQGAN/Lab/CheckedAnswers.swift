import Chapter03VQGAN
import LabKit
import Tensors

/// A wrong answer of an exercise shall be named, with the command that runs its tests, and not end the program somewhere in
/// the networks.
extension Tensor {
  /// This tensor, if the exercise gave it the shape that is due.
  func checked(_ shape: [Int], of what: String, exercise: String) throws -> Tensor {
    guard self.shape == shape else {
      throw LabError.wrongAnswer(
        "\(what) gave a tensor of shape \(self.shape) where \(shape) is due", exercise: exercise)
    }
    return self
  }

  /// This tensor, if it is one number, as a loss must be.
  func checkedLoss(of what: String, exercise: String) throws -> Tensor {
    try checked([], of: what, exercise: exercise)
  }
}

extension [Int] {
  /// These codes, if there are as many as are due and each is one of the K.
  func checkedCodes(count: Int, below codeCount: Int, of what: String, exercise: String) throws -> [Int] {
    try requireCount(self.count, count, of: what, exercise: exercise)
    if let wrong = first(where: { !(0..<codeCount).contains($0) }) {
      throw LabError.wrongAnswer("\(what) gave the code \(wrong), but there are \(codeCount)", exercise: exercise)
    }
    return self
  }
}

extension CodebookState {
  /// This codebook, if there are still K codes of d numbers with their averages.
  func checked(like state: CodebookState, of what: String, exercise: String) throws -> CodebookState {
    try requireCount(counts.count, state.counts.count, of: what, exercise: exercise)
    _ = try sums.checked(state.sums.shape, of: what, exercise: exercise)
    _ = try codebook.checked(state.codebook.shape, of: what, exercise: exercise)
    return self
  }
}

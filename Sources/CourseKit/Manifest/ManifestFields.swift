import Yams

/// Reads the keys of one YAML mapping, and remembers everything that is wrong with them: each problem with the line
/// it is on and with an example of what to write.
struct ManifestFields {
  /// Collects the problems of all the mappings of a file.
  final class Problems {
    let file: String
    private(set) var all: [ManifestProblem] = []

    init(file: String) { self.file = file }

    func add(_ line: Int?, _ message: String) {
      all.append(ManifestProblem(file: file, line: line, message: message))
    }
  }

  let mapping: Node.Mapping
  /// How to speak of this mapping: `the chapter`, `exercise 5.2`.
  let subject: String
  let problems: Problems

  /// `nil`, with a problem noted, if `node` is no mapping or has a key that isn't one of `keys`.
  init?(_ node: Node, subject: String, keys: [String], problems: Problems) {
    guard let mapping = node.mapping else {
      let known = keys.joined(separator: ", ")
      problems.add(node.line, "\(subject) must be a list of `key: value` lines with the keys \(known)")
      return nil
    }
    self.mapping = mapping
    self.subject = subject
    self.problems = problems
    for (key, _) in mapping {
      let name = key.scalar?.string ?? "?"
      guard !keys.contains(name) else { continue }
      let guess = Spelling.nearest(to: name, among: keys).map { "did you mean `\($0)`?" }
      let advice = guess ?? "the keys are \(keys.joined(separator: ", "))"
      problems.add(key.line, "\(subject) has the unknown key `\(name)`: \(advice)")
    }
  }

  func has(_ key: String) -> Bool { mapping[key] != nil }

  func text(_ key: String, example: String) -> String {
    value(key, example: example, type: "text") { $0.scalar?.string.trimmingTrailingNewline } ?? ""
  }

  func integer(_ key: String, example: String) -> Int {
    value(key, example: example, type: "a whole number") { $0.scalar.flatMap { Int($0.string) } } ?? 0
  }

  func number(_ key: String, example: String, default standard: Double? = nil) -> Double {
    if let standard, mapping[key] == nil { return standard }
    return value(key, example: example, type: "a number") { $0.scalar.flatMap { Double($0.string) } } ?? 0
  }

  func optionalNumber(_ key: String, example: String) -> Double? {
    mapping[key] == nil ? nil : number(key, example: example)
  }

  func texts(_ key: String, example: String) -> [String] {
    value(key, example: example, type: "a list of texts") { node in
      node.sequence.flatMap { list in
        let texts = list.compactMap { $0.scalar?.string.trimmingTrailingNewline }
        return texts.count == list.count ? texts : nil
      }
    } ?? []
  }

  func integers(_ key: String, example: String) -> [Int] {
    value(key, example: example, type: "a list of whole numbers") { node in
      node.sequence.flatMap { list in
        let numbers = list.compactMap { $0.scalar.flatMap { Int($0.string) } }
        return numbers.count == list.count ? numbers : nil
      }
    } ?? []
  }

  func list(_ key: String, example: String) -> [Node] {
    value(key, example: example, type: "a list") { $0.sequence.map(Array.init) } ?? []
  }

  func line(_ key: String) -> Int? { mapping[key]?.line ?? mapping.mark?.line }

  func problem(_ key: String, _ message: String) { problems.add(line(key), "\(subject): \(message)") }

  private func value<Value>(_ key: String, example: String, type: String, read: (Node) -> Value?) -> Value? {
    guard let node = mapping[key] else {
      problems.add(mapping.mark?.line, "\(subject) has no `\(key)`: write e.g. `\(key): \(example)`")
      return nil
    }
    guard let value = read(node) else {
      problems.add(node.line, "`\(key)` of \(subject) must be \(type): write e.g. `\(key): \(example)`")
      return nil
    }
    return value
  }
}

extension Node {
  var line: Int? { mark?.line }
}

extension String {
  fileprivate var trimmingTrailingNewline: String {
    var text = self
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }
}

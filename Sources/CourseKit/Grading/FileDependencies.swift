/// Which files of a module use what other files of it declare: found by names alone, so rather one too many than one too
/// few.
struct FileDependencies {
  private var direct: [String: Set<String>] = [:]

  /// - Parameter files: the name of each file with all the texts that may stand in it.
  init(_ files: [String: [String]]) {
    let words = files.mapValues { texts in texts.map(FileDependencies.words) }
    var declaring: [Substring: Set<String>] = [:]
    for (file, texts) in words {
      for name in texts.flatMap(FileDependencies.declared) { declaring[name, default: []].insert(file) }
    }
    for (file, texts) in words {
      let used = texts.joined().reduce(into: Set<String>()) { $0.formUnion(declaring[$1] ?? []) }
      direct[file] = used.subtracting([file])
    }
  }

  /// The files that a file uses, and those that they use, and so on; not itself.
  func all(of file: String) -> Set<String> {
    var found: Set<String> = []
    var pending = [file]
    while let next = pending.popLast() {
      for used in direct[next] ?? [] where found.insert(used).inserted { pending.append(used) }
    }
    return found.subtracting([file])
  }

  /// The names of the functions and types that a text declares.
  static func declarations(in text: String) -> Set<String> { Set(declared(words(text)).map(String.init)) }

  private static func declared(_ words: [Substring]) -> [Substring] {
    zip(words, words.dropFirst()).filter { keyword, _ in
      ["func", "struct", "class", "enum", "protocol", "typealias", "actor"].contains(keyword)
    }.map(\.1)
  }

  /// The words of a text, without what stands in comments of one line.
  private static func words(_ text: String) -> [Substring] {
    text.linesOfCode.flatMap(\.swiftWords)
  }
}

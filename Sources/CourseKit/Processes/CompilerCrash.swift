/// Where the compiler was when it crashed, or when its time was up: it prints what it was about to do.
enum CompilerCrash {
  /// The Swift files below a folder that a build's output blames for the end of a compiler or of the linker: from the
  /// compiler's own account of what it was doing; if that names none, from the list of files that it was to compile.
  ///
  /// - Parameters:
  ///   - folder: a path in it, `/.build/course/grading/`.
  ///   - module: whose object files the linker would name.
  static func files(in output: String, below folder: String, module: String) -> Set<String> {
    let lines = output.split(whereSeparator: \.isNewline)
    // `4.	While type-checking statement at [/path/Heap.swift:1:35 - line:3:1]`
    let doing = lines.filter { line in
      let text = line.drop { $0.isNumber }
      return text.startIndex > line.startIndex && (text.hasPrefix(".\tWhile ") || text.hasPrefix(".\tWith "))
    }
    let named = Set(doing.flatMap { names(in: $0, below: folder) })
    if !named.isEmpty { return named }
    let compiled = lines.filter { $0.contains("Program arguments: ") }.flatMap { line in
      let words = line.split(separator: " ")
      return zip(words, words.dropFirst()).filter { $0.0 == "-primary-file" }.flatMap { names(in: $0.1, below: folder) }
    }
    if !compiled.isEmpty { return Set(compiled) }
    // `…/Chapter08Heaps.build/Heap.swift.o: in function …: undefined reference to …`
    return Set(
      lines.filter { $0.contains("undefined") || $0.contains("multiple definition") || $0.contains("duplicate") }
        .flatMap { names(in: $0, below: "/\(module).build/") })
  }

  /// The names of the Swift files of one folder in a text.
  private static func names(in text: Substring, below folder: String) -> [String] {
    var names: [String] = []
    var rest = text
    while let start = rest.firstRange(of: folder) {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: ".swift") else { break }
      let name = rest[..<end.upperBound].split(separator: "/").last.map(String.init) ?? ""
      if !name.contains(" ") { names.append(name) }
      rest = rest[end.upperBound...]
    }
    return names
  }
}

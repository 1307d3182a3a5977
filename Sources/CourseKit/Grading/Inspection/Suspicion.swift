/// What the symbols of a submitted file say about it.
struct Suspicion: Equatable, Sendable {
  /// What costs the file its place, with the reason: nothing honest needs it.
  private(set) var refusals: [String] = []
  /// What an instructor should look at; it costs nothing.
  private(set) var flags: [String] = []

  /// The refusals as one message.
  var refusal: String { "this can't be handed in: " + refusals.joined(separator: "; ") }

  /// - Parameters:
  ///   - object: the file as the compiler made it.
  ///   - module: the chapter's module.
  ///   - exports: what its symbols are called in Swift, if the file declares more as public than its stub does: the tests
  ///     could take such a declaration for another one.
  init(_ object: ObjectFile, module: String, exports: [String]) {
    if object.runsAtLoad { refusals.append("it has code run before the tests begin") }
    for symbol in object.defined.sorted() where !symbol.contains("\(module.utf8.count)\(module)") {
      refusals.append("it defines the symbol `\(symbol)`, which is not one of \(module)")
    }
    for name in Set(exports.compactMap { Suspicion.taken($0, module: module) }).sorted() {
      refusals.append("it declares a public `\(name)`, which the tests would take for Swift's or for their own")
    }
    for rule in Suspicion.rules {
      let found = Set(object.needed.compactMap { symbol in rule.symbols.first { $0.matches(symbol) }?.name }).sorted()
      guard !found.isEmpty else { continue }
      let sentence = "it \(rule.deed) (\(found.joined(separator: ", ")))"
      if rule.isRefused { refusals.append(sentence) } else { flags.append(sentence) }
    }
  }

  /// A symbol to look for: a C function by its whole name, a Swift one by a part of its mangled name.
  private enum Symbol {
    case c(String)
    case swift(String, part: String)

    var name: String {
      switch self {
      case .c(let name), .swift(let name, _): name
      }
    }

    func matches(_ symbol: String) -> Bool {
      switch self {
      case .c(let name): symbol == name || symbol == name + "64"
      case .swift(_, let part): symbol.hasPrefix("$s") && symbol.contains(part)
      }
    }
  }

  private struct Rule {
    let deed: String
    let isRefused: Bool
    let symbols: [Symbol]
  }

  private static let rules = [
    Rule(
      deed: "starts other programs or processes", isRefused: true,
      symbols: [
        "fork", "vfork", "posix_spawn", "posix_spawnp", "execv", "execve", "execvp", "fexecve", "system", "popen",
      ].map(Symbol.c) + [.swift("Process", part: "10Foundation7ProcessC")]),
    Rule(
      deed: "looks for code at run time", isRefused: true,
      symbols: ["dlopen", "dlsym", "dlvsym", "dladdr", "dl_iterate_phdr", "mprotect"].map(Symbol.c)),
    Rule(
      deed: "reaches into processes", isRefused: true,
      symbols: ["ptrace", "process_vm_readv", "process_vm_writev", "kill", "killpg", "prctl"].map(Symbol.c)),
    Rule(
      deed: "opens network connections", isRefused: true,
      symbols: ["socket", "socketpair", "connect", "bind", "getaddrinfo"].map(Symbol.c)
        + [.swift("URLSession", part: "10URLSessionC")]),
    Rule(
      deed: "ends the process or has something done at its end", isRefused: false,
      symbols: ["exit", "_exit", "_Exit", "quick_exit", "abort", "atexit", "on_exit", "raise"].map(Symbol.c)
        + [.swift("Thread.exit", part: "6ThreadC4exit")]),
    Rule(
      deed: "handles signals", isRefused: false,
      symbols: ["signal", "sigaction", "sigprocmask", "setjmp", "longjmp", "alarm", "setitimer"].map(Symbol.c)),
    Rule(
      deed: "uses files or descriptors", isRefused: false,
      symbols: [
        "open", "openat", "creat", "fopen", "fdopen", "read", "pread", "write", "pwrite", "writev", "send", "sendto",
        "recv",
        "dup", "dup2", "dup3", "close", "fcntl", "lseek", "mmap", "ftruncate", "truncate", "unlink", "rename",
        "opendir",
        "readlink", "symlink", "fwrite", "fread", "stat", "fstat",
      ].map(Symbol.c) + [
        .swift("FileHandle", part: "10FileHandleC"), .swift("FileManager", part: "11FileManagerC"),
        .swift("contentsOf", part: "10contentsOf"), .swift("contentsOfFile", part: "14contentsOfFile"),
        .swift("write(to:)", part: "5write2to"), .swift("write(toFile:)", part: "5write6toFile"),
        .swift("InputStream", part: "11InputStreamC"), .swift("OutputStream", part: "12OutputStreamC"),
        .swift("Bundle", part: "6BundleC"), .swift("readLine", part: "s8readLine"),
      ]),
    Rule(
      deed: "asks for the environment or the arguments", isRefused: false,
      symbols: ["getenv", "secure_getenv", "setenv", "unsetenv", "putenv", "environ"].map(Symbol.c) + [
        .swift("ProcessInfo", part: "11ProcessInfoC"), .swift("CommandLine", part: "11CommandLineO"),
      ]),
    Rule(
      deed: "starts threads or tasks", isRefused: false,
      symbols: ["pthread_create", "swift_task_create"].map(Symbol.c) + [
        .swift("Thread", part: "10Foundation6ThreadC"), .swift("DispatchQueue", part: "So17OS_dispatch_queue"),
        .swift("DispatchQueue", part: "8Dispatch0A5Queue"), .swift("Timer", part: "10Foundation5TimerC"),
      ]),
  ]

  /// The name that a declaration takes from Swift or from the tests, if it does: as a function or type of its own module, as
  /// an operator on others' types, or as a member of another module's type.
  ///
  /// - Parameter symbol: as `swift demangle` tells it.
  static func taken(_ symbol: String, module: String) -> String? {
    var text = Substring(symbol)
    for prefix in ["static ", "nominal type descriptor for ", "type metadata accessor for "]
    where text.hasPrefix(prefix) {
      text.removeFirst(prefix.count)
    }
    let isMember: Bool
    if text.hasPrefix("(extension in \(module)):") {
      text.removeFirst("(extension in \(module)):".count)
      isMember = true
    } else if text.hasPrefix("\(module).") {
      text.removeFirst(module.count + 1)
      isMember = false
    } else {
      return nil
    }
    if isMember, let clause = text.firstRange(of: " where "),
      let start = text[..<clause.lowerBound].firstIndex(of: "<"),
      let end = text[clause.upperBound...].firstRange(of: ">.")
    {
      text = text[..<start] + text[text.index(before: end.upperBound)...]
    }
    // A member of one of its own types is its own affair, and so is what concerns such a type.
    if text.contains("\(module).") || isMember && text.hasPrefix(module) { return nil }
    let isOperator = text.contains(" infix(") || text.contains(" prefix(") || text.contains(" postfix(")
    let head = text.prefix { $0 != "(" && $0 != " " && $0 != "<" }
    if isOperator {
      return text.prefix { $0 != " " }.split(separator: ".").last.map(String.init)
    }
    let parts = head.split(separator: ".").filter { !["getter", "setter", "modify", "read"].contains($0) }
    guard let name = parts.last.map(String.init), isMember || parts.count == 1 else { return nil }
    return (isMember ? members : globals).contains(name) ? name : nil
  }

  private static let globals: Set<String> = [
    "expect", "expectEqual", "expectClose", "expectFinite", "expectShape", "expectRefusal", "Fixture", "unsolved",
    "zip", "min", "max", "abs", "stride", "sequence", "repeatElement", "type", "swap", "print", "sqrt", "exp", "log",
    "log2",
    "pow", "floor", "ceil", "round", "Int", "UInt", "UInt8", "Int32", "UInt64", "Double", "Float", "Bool", "String",
    "Character", "Array", "Set", "Dictionary", "Optional", "Range", "ClosedRange", "RandomStream", "InvalidArgument",
    "Tensor", "Foundation", "Swift",
  ]

  private static let members: Set<String> = [
    "sorted", "sort", "map", "flatMap", "compactMap", "filter", "reduce", "allSatisfy", "contains", "first", "last",
    "min",
    "max", "count", "enumerated", "reversed", "prefix", "suffix", "dropFirst", "dropLast", "elementsEqual", "isEmpty",
    "shuffled", "indices", "firstIndex", "lastIndex", "starts", "split", "joined", "description", "hash", "hashValue",
    "append", "insert", "remove", "removeLast", "removeFirst", "popLast", "removeAll", "subscript", "init", "isFinite",
    "isNaN", "magnitude", "rounded", "squareRoot", "subtracting", "union", "intersection", "values", "keys", "next",
    "integer", "uniform", "stream", "normal", "require", "swapAt", "reverse",
  ]
}

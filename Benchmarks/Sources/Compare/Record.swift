import Foundation

/// The results of one machine: what lies in Results as JSON, and from which the table and the chart are made.
struct Record: Codable {
  var machine: String
  var cores: Int
  var system: String
  var versions: [String: String]
  /// In the table's order. A run of some rows replaces those and keeps the others.
  var results: [Result]

  static func machineName() -> String {
    #if os(Linux)
      let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      for line in text.split(separator: "\n") where line.hasPrefix("model name") {
        return line.split(separator: ":", maxSplits: 1)[1].trimmingCharacters(in: .whitespaces)
      }
      return "unknown processor"
    #else
      var size = 0
      sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0)
      var name = [CChar](repeating: 0, count: max(1, size))
      sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0)
      return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #endif
  }

  /// The machine's name as part of a file's: `intel-r-xeon-r-processor-2-80ghz`.
  static func fileName(_ machine: String, cores: Int) -> String {
    let pieces = machine.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return (pieces.filter { !["r", "tm", "cpu", "processor"].contains($0) } + ["\(cores)-cores"])
      .joined(separator: "-")
  }

  /// The record of this machine, with the earlier results if there are any.
  static func load(_ setting: Setting) -> Record {
    let machine = machineName()
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let url = setting.results.appendingPathComponent(fileName(machine, cores: cores) + ".json")
    let known = (try? Data(contentsOf: url)).flatMap { try? JSONDecoder().decode(Record.self, from: $0) }
    return Record(
      machine: machine, cores: cores, system: ProcessInfo.processInfo.operatingSystemVersionString,
      versions: setting.versions(), results: known?.results ?? [])
  }

  mutating func add(_ new: [Result]) {
    var byName = Dictionary(results.map { ($0.row.name, $0) }, uniquingKeysWith: { $1 })
    for result in new { byName[result.row.name] = result }
    results = Row.all.compactMap { byName[$0.name] }
  }

  /// Writes the numbers as JSON.
  @discardableResult
  func save(_ setting: Setting) throws -> URL {
    try FileManager.default.createDirectory(at: setting.results, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let json = setting.results.appendingPathComponent(Self.fileName(machine, cores: cores) + ".json")
    try encoder.encode(self).write(to: json)
    return json
  }

  /// Writes the JSON, the table and the chart.
  func write(_ setting: Setting) throws -> [URL] {
    let json = try save(setting)
    let base = setting.results.appendingPathComponent(Self.fileName(machine, cores: cores)).path
    let table = URL(fileURLWithPath: base + ".md")
    try Data(markdown.utf8).write(to: table)
    let chart = URL(fileURLWithPath: base + ".png")
    try Chart(record: self).write(to: chart)
    return [table, json, chart]
  }
}

extension Setting {
  /// The versions of the peers, without importing them.
  func versions() -> [String: String] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = python
    process.arguments = [
      "-c",
      "import json;from importlib.metadata import version as v;"
        + "print(json.dumps({n:v(n) for n in ('torch','jax','numpy')}))",
    ]
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return [:] }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
  }
}

import Yams

extension Manifest {
  /// The time limit of an exercise that states none, in seconds.
  static let standardTimeLimit = 20.0

  /// Reads a manifest.
  ///
  /// - Parameter file: how to name it in messages, e.g. `Chapters/Chapter05EDM/chapter.yml`.
  /// - Throws: ``ManifestError`` with everything that is wrong, not just the first thing.
  public init(yaml: String, file: String) throws(ManifestError) {
    let problems = ManifestFields.Problems(file: file)
    let root: Node
    do {
      guard let node = try Yams.compose(yaml: yaml) else {
        throw ManifestError(problems: [ManifestProblem(file: file, line: nil, message: "the manifest is empty")])
      }
      root = node
    } catch let error as ManifestError {
      throw error
    } catch {
      throw ManifestError(problems: [ManifestProblem(yamlError: error, file: file)])
    }
    guard let manifest = Manifest(root, problems), problems.all.isEmpty else {
      throw ManifestError(problems: problems.all)
    }
    self = manifest
  }

  private init?(_ root: Node, _ problems: ManifestFields.Problems) {
    let keys = ["number", "title", "module", "hours", "requires", "summary", "exercises", "figures"]
    guard let fields = ManifestFields(root, subject: "the chapter", keys: keys, problems: problems) else { return nil }
    let number = fields.integer("number", example: "5")
    self.init(
      number: number,
      title: fields.text("title", example: "\"EDM: one framework for diffusion\""),
      module: fields.text("module", example: "Chapter05EDM"),
      hours: fields.number("hours", example: "9"),
      requires: fields.integers("requires", example: "[4]"),
      summary: fields.text("summary", example: "one or two sentences"),
      exercises: fields.list("exercises", example: "followed by one `- id: \"5.1\"` block an exercise").compactMap {
        Exercise($0, chapter: number, problems)
      },
      figures: fields.list("figures", example: "followed by one `- name: sigma-grid` block a figure").compactMap {
        Figure($0, problems)
      })
    if !module.hasPrefix("Chapter" + (number < 10 ? "0\(number)" : "\(number)")) {
      fields.problem("module", "`module` must begin with Chapter and the two digits of its number, like Chapter05EDM")
    }
    if exercises.isEmpty, fields.mapping["exercises"]?.sequence?.isEmpty == true {
      fields.problem("exercises", "a chapter needs at least one exercise")
    }
    complainOfDuplicates("exercise id", exercises.map(\.id.description), fields, "exercises")
    complainOfDuplicates("test class", exercises.map(\.test), fields, "exercises")
    complainOfDuplicates("figure", figures.map(\.name), fields, "figures")
  }

  private func complainOfDuplicates(_ what: String, _ names: [String], _ fields: ManifestFields, _ key: String) {
    let nodes = fields.mapping[key]?.sequence.map(Array.init) ?? []
    for (index, name) in names.enumerated() where names[..<index].contains(name) && !name.isEmpty {
      let line = index < nodes.count ? nodes[index].line : nil
      fields.problems.add(line, "the \(what) \(name) occurs twice: each needs a name of its own")
    }
  }
}

extension Manifest.Exercise {
  fileprivate init?(_ node: Node, chapter: Int, _ problems: ManifestFields.Problems) {
    let keys = ["id", "title", "file", "test", "points", "timeLimit", "rungs", "hints"]
    let name = node.mapping?["id"]?.scalar.map { "exercise \($0.string)" } ?? "an exercise"
    guard let fields = ManifestFields(node, subject: name, keys: keys, problems: problems) else { return nil }
    let idText = fields.text("id", example: "\"\(chapter).1\"")
    let id = ExerciseID(idText)
    if !idText.isEmpty, id?.chapter != chapter {
      fields.problem("id", "`id` must be the chapter's number, a dot and a number: write e.g. `id: \"\(chapter).1\"`")
    }
    self.init(
      id: id ?? ExerciseID(chapter: 0, number: 0),
      title: fields.text("title", example: "\"One corruption formula\""),
      file: fields.text("file", example: "Parametrizations.swift"),
      test: fields.text("test", example: "Exercise\(chapter)_1_Parametrizations"),
      points: fields.integer("points", example: "10"),
      timeLimit: fields.number("timeLimit", example: "20", default: Manifest.standardTimeLimit),
      rungs: fields.list("rungs", example: "followed by one `- test1_Shapes: \"it runs\"` line a test").compactMap {
        Manifest.Rung($0, of: name, problems)
      },
      hints: fields.texts("hints", example: "[\"a nudge\", \"more\", \"nearly the answer\"]"))
    if let points = fields.mapping["points"]?.scalar.flatMap({ Int($0.string) }), points < 1 {
      fields.problem("points", "`points` must be at least 1")
    }
    if timeLimit <= 0 { fields.problem("timeLimit", "`timeLimit` must be more than 0 seconds") }
    if !file.isEmpty, !file.hasSuffix(".swift") || file.contains("/") {
      fields.problem("file", "`file` must be a Swift file's name, without a folder: write e.g. `file: Noise.swift`")
    }
    for (index, rung) in rungs.enumerated() where rungs[..<index].contains(where: { $0.name == rung.name }) {
      fields.problem("rungs", "the rung \(rung.name) occurs twice")
    }
    if rungs.isEmpty, fields.mapping["rungs"]?.sequence?.isEmpty == true {
      fields.problem("rungs", "an exercise needs at least one rung")
    }
  }
}

extension Manifest.Rung {
  init?(_ node: Node, of exercise: String, _ problems: ManifestFields.Problems) {
    guard let pair = node.mapping?.first, node.mapping?.count == 1, let name = pair.key.scalar?.string,
      let title = pair.value.scalar?.string
    else {
      problems.add(node.line, "a rung of \(exercise) must be `- test1_Shapes: \"what it demands\"`")
      return nil
    }
    if !name.hasPrefix("test") {
      problems.add(node.line, "the rung \(name) of \(exercise) must begin with `test`, or XCTest won't run it")
    }
    self.init(name: name, title: title)
  }
}

extension Manifest.Figure {
  fileprivate init?(_ node: Node, _ problems: ManifestFields.Problems) {
    let name = node.mapping?["name"]?.scalar.map { "figure \($0.string)" } ?? "a figure"
    let keys = ["name", "kind", "caption", "limit"]
    guard let fields = ManifestFields(node, subject: name, keys: keys, problems: problems) else { return nil }
    let kindText = fields.text("kind", example: "exact")
    let kind = Kind(rawValue: kindText)
    if kind == nil, !kindText.isEmpty {
      fields.problem("kind", "`kind` must be `exact` or `samples`, not `\(kindText)`")
    }
    self.init(
      name: fields.text("name", example: "sigma-grid"),
      kind: kind ?? .exact,
      caption: fields.text("caption", example: "what it shows and what to look for"),
      limit: fields.optionalNumber("limit", example: "0.15"))
    if kind == .samples, limit == nil, fields.mapping["limit"] == nil {
      fields.problem(
        "limit", "samples need a `limit`, the calibrated distance from their reference: write e.g. `limit: 0.15`")
    }
  }
}

import Tensors

/// A part of a network: parameters and further modules, kept as ordinary stored properties.
///
/// Parameters are found by walking the properties, so there is nothing to register: a property `conv1` that holds a module with a property
/// `weight` gives the key `conv1.weight`, an array `blocks` gives `blocks.0.…`. These are PyTorch's keys, so that weights travel both ways.
///
/// ```swift
/// final class Denoiser: Module {
///   let first: Linear
///   let second: Linear
///   init(using rng: inout RandomStream) {
///     first = Linear(inputDimensions: 2, outputDimensions: 64, using: &rng)
///     second = Linear(inputDimensions: 64, outputDimensions: 2, using: &rng)
///   }
///   func callAsFunction(_ x: Tensor) -> Tensor { second(silu(first(x))) }
/// }
/// ```
///
/// `print(model)` shows the tree with every shape and count.
open class Module: CustomStringConvertible {
  /// Makes a module without parameters; subclasses set their properties first.
  public init() {}

  /// Whether the model is being trained; setting it sets every module inside too. Layers such as dropout ask.
  public final var isTraining: Bool = true {
    didSet {
      for child in currentChildren() { if case .module(let module) = child.content { module.isTraining = isTraining } }
    }
  }

  /// What a property can hold.
  public enum Content {
    /// Numbers.
    case parameter(Parameter)
    /// A part with parameters of its own.
    case module(Module)
  }

  /// The parameters and modules right below this one, each with its part of the key, in the order of declaration (a superclass's first).
  ///
  /// Found by reflection: properties that are parameters or modules, optionals of them, and arrays of them. Override it only to give other
  /// keys, as ``Sequential`` does.
  open func children() -> [(key: String, content: Content)] {
    var mirrors: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: self)
    while let current = mirror, current.subjectType != Module.self {
      mirrors.append(current)
      mirror = current.superclassMirror
    }
    var found: [(key: String, content: Content)] = []
    for mirror in mirrors.reversed() {
      for property in mirror.children {
        guard let label = property.label else { continue }
        collect(property.value, key: label, into: &found)
      }
    }
    return found
  }

  private func collect(_ value: Any, key: String, into found: inout [(key: String, content: Content)]) {
    if let parameter = value as? Parameter {
      found.append((key, .parameter(parameter)))
    } else if let module = value as? Module {
      found.append((key, .module(module)))
    } else {
      let mirror = Mirror(reflecting: value)
      switch mirror.displayStyle {
      case .optional:
        if let wrapped = mirror.children.first { collect(wrapped.value, key: key, into: &found) }
      case .collection:
        // An array of numbers is no array of parts: its first element tells, and a million others need not be asked.
        guard let first = mirror.children.first?.value, mayHoldParts(first) else { return }
        for (index, element) in mirror.children.enumerated() {
          collect(element.value, key: "\(key).\(index)", into: &found)
        }
      default: break
      }
    }
  }

  private func mayHoldParts(_ value: Any) -> Bool {
    if value is Parameter || value is Module { return true }
    let style = Mirror(reflecting: value).displayStyle
    return style == .optional || style == .collection
  }

  // MARK: - Parameters

  /// Whether an instance of this class has the same parts as long as it lives, as one has whose parameters and modules are all `let`: then they
  /// are looked up once, not at every step. False unless a class says so; every layer of this library does.
  open class var hasFixedParts: Bool { false }

  private var knownChildren: [(key: String, content: Content)]?
  private var knownParameters: [(key: String, parameter: Parameter)]?

  private func currentChildren() -> [(key: String, content: Content)] {
    if let knownChildren { return knownChildren }
    let children = children()
    if type(of: self).hasFixedParts { knownChildren = children }
    return children
  }

  /// Every parameter with its key, trainable or not, in the order of declaration. One that is used twice (tied weights) comes once, under
  /// its first key.
  ///
  /// - Complexity: a walk over all properties; microseconds a module without ``hasFixedParts``, hardly anything with it.
  public final func parameters() -> [(key: String, parameter: Parameter)] {
    if let knownParameters { return knownParameters }
    var found: [(key: String, parameter: Parameter)] = []
    var seen: Set<ObjectIdentifier> = []
    let isFixed = gather(prefix: "", into: &found, seen: &seen)
    if isFixed { knownParameters = found }
    return found
  }

  /// Adds what is not in `seen` yet. Tells whether this and every module below it has fixed parts.
  private func gather(
    prefix: String, into found: inout [(key: String, parameter: Parameter)], seen: inout Set<ObjectIdentifier>
  ) -> Bool {
    var isFixed = type(of: self).hasFixedParts
    for (key, content) in currentChildren() {
      let path = prefix.isEmpty ? key : prefix + "." + key
      switch content {
      case .parameter(let parameter):
        if seen.insert(ObjectIdentifier(parameter)).inserted { found.append((path, parameter)) }
      case .module(let module):
        if !module.gather(prefix: path, into: &found, seen: &seen) { isFixed = false }
      }
    }
    return isFixed
  }

  /// The parameters that training moves.
  public final func trainableParameters() -> [(key: String, parameter: Parameter)] {
    parameters().filter(\.parameter.isTrainable)
  }

  /// How many numbers training moves.
  public final var parameterCount: Int { trainableParameters().reduce(0) { $0 + $1.parameter.value.scalarCount } }

  /// Makes every parameter fixed, or trainable again: for the half of an adversarial pair whose turn it is not.
  ///
  /// What was never meant to be trained (``FourierEmbedding``'s frequencies, ``BatchNorm``'s running averages) stays fixed.
  public final func setTrainable(_ isTrainable: Bool) {
    for (_, parameter) in parameters() { parameter.isTrainable = isTrainable && !parameter.isTable }
  }

  // MARK: - State

  /// All numbers by key, as ``saveSafetensors(_:to:metadata:)`` takes them.
  public final func stateDictionary() -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: parameters().map { ($0.key, $0.parameter.value.detached()) })
  }

  /// Takes over the numbers of `tensors`, all or nothing: on an error the model is as before.
  ///
  /// - Parameters:
  ///   - tensors: the numbers by key, from ``loadSafetensors(from:)`` or another model's ``stateDictionary()``.
  ///   - strict: keys must match exactly. If false, keys that only one side has are passed over; shapes must still match.
  ///   - source: where the numbers come from, for the message: a file's path.
  /// - Throws: ``ModelLoadingError`` with every key that is missing, unknown or of another shape.
  public final func load(_ tensors: [String: Tensor], strict: Bool = true, source: String? = nil) throws {
    let problems = problems(loading: tensors, strict: strict)
    if !problems.isEmpty {
      throw ModelLoadingError(model: String(describing: type(of: self)), source: source, problems: problems)
    }
    for (key, parameter) in parameters() { if let tensor = tensors[key] { parameter.value = tensor.detached() } }
  }

  /// What keeps `tensors` from being loaded; nothing if they fit.
  final func problems(loading tensors: [String: Tensor], strict: Bool) -> [ModelLoadingError.Problem] {
    let parameters = parameters()
    var problems: [ModelLoadingError.Problem] = []
    for (key, parameter) in parameters {
      if let tensor = tensors[key] {
        if tensor.shape != parameter.shape {
          problems.append(.shape(key: key, model: parameter.shape, file: tensor.shape))
        }
      } else if strict {
        problems.append(.missing(key: key, shape: parameter.shape))
      }
    }
    if strict {
      let known = Set(parameters.map(\.key))
      for (key, tensor) in tensors.sorted(by: { $0.key < $1.key }) where !known.contains(key) {
        problems.append(.unknown(key: key, shape: tensor.shape))
      }
    }
    return problems
  }

  // MARK: - Printing

  /// A short note beside the type in the printed tree, such as `3 → 64, kernel 3`.
  open var summary: String { "" }

  /// The tree of modules, with the shape of every parameter and the counts, and the total at the end.
  public final var description: String {
    var lines: [String] = []
    describe(label: nil, depth: 0, into: &lines)
    let fixed = parameters().reduce(0) { $0 + ($1.parameter.isTrainable ? 0 : $1.parameter.value.scalarCount) }
    lines.append("Total: \(Self.counted(parameterCount))" + (fixed == 0 ? "" : ", and \(grouped(fixed)) fixed numbers"))
    return lines.joined(separator: "\n")
  }

  private static func counted(_ parameters: Int) -> String {
    parameters == 1 ? "1 parameter" : "\(grouped(parameters)) parameters"
  }

  private func describe(label: String?, depth: Int, into lines: inout [String]) {
    let indent = String(repeating: "  ", count: depth)
    let name = label.map { "\($0): " } ?? ""
    let note = summary.isEmpty ? "" : "(\(summary))"
    lines.append("\(indent)\(name)\(type(of: self))\(note) · \(Self.counted(parameterCount))")
    for (key, content) in currentChildren() {
      switch content {
      case .parameter(let parameter):
        let fixed = parameter.isTrainable ? "" : ", fixed"
        lines.append("\(indent)  \(key) \(parameter.shape)\(fixed)")
      case .module(let module):
        module.describe(label: key, depth: depth + 1, into: &lines)
      }
    }
  }
}

/// 1234567 as `1,234,567`, the same in every locale.
func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var position = digits.count - 3
  while position > 0 {
    digits.insert(",", at: digits.index(digits.startIndex, offsetBy: position))
    position -= 3
  }
  return (number < 0 ? "-" : "") + digits
}

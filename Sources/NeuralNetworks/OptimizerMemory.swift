import Tensors

/// What an optimizer remembers of every parameter, by the parameter's key: some tensors of its shape, and how many steps it took.
///
/// A step is one walk over all parameters: old numbers, gradient and memory are read once and written once, where they are.
struct OptimizerMemory {
  /// The tensors of a parameter, as a checkpoint names them before the key: `firstMoment.KEY`.
  let names: [String]

  private struct Slot {
    var tensors: [Tensor]
    var step: Int
  }
  private var keys: [String] = []
  private var slots: [Slot] = []
  private var places: [String: Int] = [:]

  init(_ names: [String]) { self.names = names }

  /// What a rule sees of one parameter, or of a piece of it.
  struct Piece {
    let count: Int
    /// The number of this step, from 1.
    let step: Int
    let gradient: UnsafePointer<Float>
    let parameter: UnsafeMutablePointer<Float>
    private let memory: UnsafePointer<UnsafeMutablePointer<Float>>
    private let offset: Int

    init(
      _ range: Range<Int>, step: Int, gradient: UnsafePointer<Float>, parameter: UnsafeMutablePointer<Float>,
      memory: UnsafePointer<UnsafeMutablePointer<Float>>
    ) {
      count = range.count
      offset = range.lowerBound
      self.step = step
      self.gradient = gradient + offset
      self.parameter = parameter + offset
      self.memory = memory
    }

    /// The numbers of the memory with this index among the names; zeros before the first step.
    func memory(_ index: Int) -> UnsafeMutablePointer<Float> { memory[index] + offset }
  }

  // MARK: A step

  /// Runs `rule` on pieces of every trainable parameter that has a gradient, on all threads if the model is large.
  mutating func update(_ model: Module, _ gradients: Gradients, _ rule: (Piece) -> Void) {
    var lengths: [Int] = []
    var steps: [Int] = []
    var gradientPointers: [UnsafeMutablePointer<Float>] = []
    var parameterPointers: [UnsafeMutablePointer<Float>] = []
    var memoryPointers: [UnsafeMutablePointer<Float>] = []
    for (index, (key, parameter)) in model.trainableParameters().enumerated() {
      guard let gradient = gradients.find(key, near: lengths.count) else { continue }
      let count = parameter.value.scalarCount
      if gradient.shape != parameter.shape {
        fatalError(
          "The gradient of \(key) has shape \(gradient.shape), the parameter \(parameter.shape): gradients of another "
            + "model?")
      }
      let slot = place(of: key, near: index, shape: parameter.shape)
      slots[slot].step += 1
      lengths.append(count)
      steps.append(slots[slot].step)
      gradientPointers.append(gradient.pointer)
      parameterPointers.append(parameter.mutablePointer())
      for name in names.indices { memoryPointers.append(slots[slot].tensors[name].mutablePointer()) }
    }
    // An optimizer without memory still hands its rule a pointer.
    if names.isEmpty { memoryPointers = parameterPointers }
    let perParameter = max(names.count, 1)
    memoryPointers.withUnsafeBufferPointer { memory in
      guard let memory = memory.baseAddress else { return }
      forEachPiece(of: lengths) { index, range in
        rule(
          Piece(
            range, step: steps[index], gradient: gradientPointers[index], parameter: parameterPointers[index],
            memory: memory + index * perParameter))
      }
    }
  }

  /// The slot of a key, made if there is none. Keys come in the same order at every step, so it is usually at `index`.
  private mutating func place(of key: String, near index: Int, shape: [Int]) -> Int {
    let found = index < keys.count && keys[index] == key ? index : places[key]
    if let found {
      if let known = slots[found].tensors.first, known.shape != shape {
        fatalError("\(key) has shape \(shape), but the optimizer's state has \(known.shape): is it of another model?")
      }
      return found
    }
    append(key, Slot(tensors: names.map { _ in .zeros(shape) }, step: 0))
    return keys.count - 1
  }

  private mutating func append(_ key: String, _ slot: Slot) {
    places[key] = keys.count
    keys.append(key)
    slots.append(slot)
  }

  // MARK: Checkpoints

  /// All tensors as `NAME.KEY`, and the counts as `step.KEY` if `withSteps`.
  func state(withSteps: Bool) -> [String: Tensor] {
    var state: [String: Tensor] = [:]
    for (key, slot) in zip(keys, slots) {
      for (name, tensor) in zip(names, slot.tensors) { state["\(name).\(key)"] = tensor }
      if withSteps { state["step.\(key)"] = Tensor(Float(slot.step)) }
    }
    return state
  }

  /// Takes over what ``state(withSteps:)`` gave, all or nothing. Without steps every parameter counts as having taken one.
  /// - Throws: ``OptimizerStateError``.
  mutating func load(_ state: [String: Tensor], withSteps: Bool, optimizer: String) throws {
    let all = names + (withSteps ? ["step"] : [])
    var loaded = OptimizerMemory(names)
    for entry in state.keys.sorted() {
      guard let name = all.first(where: { entry.hasPrefix($0 + ".") }) else {
        throw OptimizerStateError(
          description: "The state holds \(entry), which is not \(optimizer)'s: was it saved by another optimizer?")
      }
      let key = String(entry.dropFirst(name.count + 1))
      if loaded.places[key] != nil { continue }
      let tensors = names.compactMap { state["\($0).\(key)"] }
      let step = withSteps ? state["step.\(key)"] : Tensor(1)
      guard tensors.count == names.count, tensors.allSatisfy({ $0.shape == tensors[0].shape }), let step,
        step.scalarCount == 1
      else {
        throw OptimizerStateError(
          description: "The optimizer's state for \(key) is incomplete: \(all.joined(separator: ", ")) belong "
            + "together, all numbers of one shape.")
      }
      loaded.append(key, Slot(tensors: tensors.map { $0.detached() }, step: Int(step.item())))
    }
    self = loaded
  }
}

import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_9_BlockDiffusion: ExerciseTestCase {
  /// A model of a tiny law that writes down what it is asked and told. It knows only what was appended, as a cache does.
  private final class Scribe {
    private let tiny: TinyLaw
    private let exact: CleanDenoiser
    private(set) var written: [[Int]]
    private(set) var log: [String] = []
    private(set) var appended: [[[Int]]] = []

    init(_ tiny: TinyLaw, count: Int) {
      self.tiny = tiny
      exact = tiny.denoiser
      written = Array(repeating: [], count: count)
    }

    var model: BlockModel {
      BlockModel(
        denoise: { [self] block in
          log.append("denoise")
          // More was appended than there is text: that ends in a message below, not in a crash.
          guard written[0].count + block[0].count <= tiny.length else {
            return block.map { row in row.map { _ in [1] + Array(repeating: 0, count: tiny.symbols) } }
          }
          let place = written[0].count..<written[0].count + block[0].count
          let rest = Array(repeating: tiny.symbols, count: tiny.length - place.upperBound)
          return try exact(zip(written, block).map { $0 + $1 + rest }).map { Array($0[place]) }
        },
        append: { [self] block in
          log.append("append")
          appended.append(block)
          written = zip(written, block).map { $0 + $1 }
        })
    }
  }

  func test1_Shapes() throws {
    var rng = stream("shapes")
    let masks = try blockMasks(length: 6, blockLength: 2)
    for table in [masks.blockDiagonal, masks.offsetBlockCausal, masks.blockCausal] {
      expectEqual(table.map(\.count), Array(repeating: 6, count: 6), "three tables of L × L")
    }
    let all = try trainingMask(masks)
    expectShape(all, [12, 12], "noisy and clean tokens side by side: [2L, 2L]")
    let shares = try clippedMaskShares(count: 5, low: 0.3, high: 0.8, using: &rng)
    expectEqual(shares.count, 5, "one share a block")
    let loss = try blockLoss(
      logProbabilities: .full(-1, [1, 4, 3]), clean: [[0, 1, 1, 0]], noisy: [[2, 1, 2, 2]], mask: 2,
      shares: [[0.5, 0.9]])
    expectShape(loss, [], "the loss of a batch is one number")
    let scribe = Scribe(TinyLaw.random(symbols: 2, length: 4, using: &rng), count: 2)
    let texts = try sampleBlocks(
      prompts: [[], []], length: 4, blockLength: 2, mask: 2, times: [1, 0.5, 0], model: scribe.model,
      draw: drawByInversion, using: &rng)
    expectEqual(texts.map(\.count), [4, 4], "B texts of L tokens")

    try expectRefusal("a block length that doesn't divide the length") { _ = try blockMasks(length: 6, blockLength: 4) }
    try expectRefusal("β above ω") {
      var rng = rng
      _ = try clippedMaskShares(count: 1, low: 0.8, high: 0.3, using: &rng)
    }
    try expectRefusal("a share of 0") {
      _ = try blockLoss(
        logProbabilities: .zeros([1, 2, 3]), clean: [[0, 1]], noisy: [[2, 2]], mask: 2, shares: [[0]])
    }
    for (what, prompts) in [
      ("a prompt longer than the context", [[0, 0, 0, 0, 0]]), ("prompts of two lengths", [[0], [0, 1]]),
    ] {
      try expectRefusal(what) {
        var rng = rng
        _ = try sampleBlocks(
          prompts: prompts, length: 4, blockLength: 2, mask: 2, times: [1, 0], model: scribe.model,
          draw: drawByInversion, using: &rng)
      }
    }
  }

  func test2_MasksByHand() throws {
    let masks = try blockMasks(length: 4, blockLength: 2)
    let (yes, no) = (true, false)
    expectEqual(
      masks.blockDiagonal, [[yes, yes, no, no], [yes, yes, no, no], [no, no, yes, yes], [no, no, yes, yes]],
      "M_BD: noisy tokens read the noisy tokens of their own block, and no others")
    expectEqual(
      masks.offsetBlockCausal, [[no, no, no, no], [no, no, no, no], [yes, yes, no, no], [yes, yes, no, no]],
      "M_OBC: noisy tokens read clean blocks strictly before their own; their own clean block is the answer (a leak!)")
    expectEqual(
      masks.blockCausal, [[yes, yes, no, no], [yes, yes, no, no], [yes, yes, yes, yes], [yes, yes, yes, yes]],
      "M_BC: clean tokens read their own whole block and those before it")
    let single = try blockMasks(length: 3, blockLength: 1)
    expectEqual(
      single.blockCausal, [[yes, no, no], [yes, yes, no], [yes, yes, yes]],
      "blocks of one token: plain causal attention")
    let whole = try blockMasks(length: 3, blockLength: 3)
    expect(!whole.offsetBlockCausal.flatMap { $0 }.contains(true), "one block has none before it")
    expect(!whole.blockDiagonal.flatMap { $0 }.contains(false), "one block: every noisy token reads all noisy ones")
  }

  func test3_TheTrainingMask() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let length, block: Int
        let allowed: [[Int]]
      }
      let masks: [Case]
    }
    let content: Content = try Fixture.load("blocks", from: .module)
    for known in content.masks {
      // The tables are given, so that this rung asks for their arrangement alone.
      func table(_ reads: (Int, Int) -> Bool) -> [[Bool]] {
        (0..<known.length).map { q in (0..<known.length).map { k in reads(q / known.block, k / known.block) } }
      }
      let mask = try trainingMask(
        BlockMasks(
          blockDiagonal: table { $0 == $1 }, offsetBlockCausal: table { $0 > $1 }, blockCausal: table { $0 >= $1 }))
      expectClose(
        mask, Tensor(known.allowed.flatMap { $0.map(Double.init) }, shape: [2 * known.length, 2 * known.length]),
        "L = \(known.length), L′ = \(known.block): rows ask, columns are read; M_BD and M_OBC above, 0 and M_BC "
          + "below, noisy "
          + "first")
      let masks = try blockMasks(length: known.length, blockLength: known.block)
      let own = try trainingMask(masks)
      expectClose(own, mask, "the same from your own tables")
    }
  }

  func test4_NothingLeaks() throws {
    var rng = stream("leak")
    let (length, blockLength) = (6, 2)
    let masks = try blockMasks(length: length, blockLength: blockLength)
    let mask = try trainingMask(masks)
    // Two layers of attention: what is read twice removed counts too.
    func outputs(_ x: Tensor) -> Tensor {
      let once = scaledDotProductAttention(x, x, x, mask: .allowed(mask)) + x
      return scaledDotProductAttention(once, once, once, mask: .allowed(mask))
    }
    let x = Tensor.normal([2 * length, 8], using: &rng)
    let before = outputs(x)
    for changed in 0..<2 * length {
      let bump = Tensor.oneHot([changed], classes: 2 * length).transposed() * 3
      let after = outputs(x + bump)
      for query in 0..<length {
        let difference = zip(before[query].scalars, after[query].scalars).map { Swift.abs($0 - $1) }.max() ?? 0
        let own = query / blockLength
        let other = changed % length / blockLength
        let reads = changed < length ? own == other : other < own
        if reads {
          expect(
            difference > 1e-5,
            "noisy token \(query) should see \(changed < length ? "noisy" : "clean") token "
              + "\(changed % length), but does not")
        } else {
          expect(
            difference < 1e-5,
            "noisy token \(query) changes with \(changed < length ? "noisy" : "clean") token "
              + "\(changed % length), which it must not see: a leak")
        }
      }
    }
  }

  func test5_Shares() throws {
    var rng = stream("shares")
    for (low, high) in [(0.3, 0.8), (0.0, 1.0), (0.0, 0.5)] {
      let shares = try clippedMaskShares(count: 20_000, low: low, high: high, using: &rng)
      expect(
        shares.allSatisfy { $0 > 0 && $0 >= low && $0 <= high },
        "shares lie between \(low) and \(high), and above 0: 1/m is a weight")
      let mean = shares.reduce(0, +) / 20_000
      expectClose(mean, (low + high) / 2, absolute: 0.0125, "uniform between β = \(low) and ω = \(high)")
      let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
      expectClose(
        variance.squareRoot(), (high - low) / 12.0.squareRoot(), absolute: 0.01,
        "the spread of a uniform law over the whole of [β, ω]")
    }
    struct Content: Decodable {
      struct Moment: Decodable { let low, high, secondMoment: Double }
      let oneTokenSecondMoments: [Moment]
    }
    let content: Content = try Fixture.load("blocks", from: .module)
    for known in content.oneTokenSecondMoments where known.low >= 0.1 {
      let shares = try clippedMaskShares(count: 20_000, low: known.low, high: known.high, using: &rng)
      expectClose(
        shares.reduce(0) { $0 + 1 / $1 } / 20_000, known.secondMoment, relative: 0.04,
        "the mean of 1/m: for blocks of one token it is the second moment of the loss, so what clipping is for")
    }
    let full = try clippedMaskShares(count: 3, low: 1, high: 1, using: &rng)
    expectClose(full, [1, 1, 1], "β = ω = 1: everything is masked, as in autoregressive training")
  }

  func test6_TheLoss() throws {
    struct Content: Decodable {
      struct Bound: Decodable {
        let symbols, length, block: Int
        let law: [Double]
        let text: [Int]
        let bound: Double
      }
      struct Loss: Decodable {
        let length, block, symbols: Int
        let clean, noisy: [[Int]]
        let shares: [[Double]]
        let logits: [[[Double]]]
        let perSequence: [Double]
      }
      let bounds: [Bound]
      let losses: [Loss]
    }
    let content: Content = try Fixture.load("blocks", from: .module)
    for known in content.losses {
      let rows = known.logits.flatMap { sequence in
        sequence.flatMap { logits in
          let sum = logits.dropLast().reduce(0) { $0 + exp($1) }
          return logits.dropLast().map { $0 - log(sum) } + [-1e6]
        }
      }
      let found = Tensor(rows, shape: [2, known.length, known.symbols + 1])
      let loss = try blockLoss(
        logProbabilities: found, clean: known.clean, noisy: known.noisy, mask: known.symbols, shares: known.shares)
      expectClose(
        loss.onlyNumber, known.perSequence.reduce(0, +) / Double(2 * known.length), relative: 1e-4,
        "PyTorch's cross-entropy of the masked tokens, each over its own block's m, by all B·L positions "
          + "(L′ = \(known.block))")
    }
    // All masks of a text, weighted with their probabilities: with m uniform the bound, and with exact conditionals
    // −log p(x), whatever the blocks.
    for known in content.bounds where known.length == 4 && known.text[3] == 0 {
      let tiny = TinyLaw(symbols: known.symbols, length: known.length, law: known.law)
      let (text, blockLength, mask) = (known.text, known.block, known.symbols)
      let nodes = 24
      var total = 0.0
      for start in stride(from: 0, to: 4, by: blockLength) {
        var (noisy, shares, rows): ([[Int]], [[Double]], [Double]) = ([], [], [])
        for node in 0..<nodes {
          let m = (Double(node) + 0.5) / Double(nodes)
          for subset in 0..<1 << blockLength {
            let block = (0..<blockLength).map { subset >> $0 & 1 == 1 ? mask : text[start + $0] }
            let chance = block.reduce(1) { $0 * ($1 == mask ? m : 1 - m) }
            let seen = Array(text[..<start]) + block + Array(repeating: mask, count: 4 - start - blockLength)
            noisy.append(Array(text[..<start]) + block + Array(text[(start + blockLength)...]))
            shares.append((0..<4 / blockLength).map { _ in m })
            rows += tiny.conditionals(seen).flatMap { row in row.map { $0 > 0 ? log($0) * chance : -1e6 } }
          }
        }
        let loss = try blockLoss(
          logProbabilities: Tensor(rows, shape: [noisy.count, 4, mask + 1]), clean: noisy.map { _ in text },
          noisy: noisy, mask: mask, shares: shares)
        total += loss.onlyNumber * Double(4 * noisy.count) / Double(nodes)
      }
      expectClose(
        total, known.bound, relative: 2e-3,
        "blocks of \(blockLength): the mean of the loss over m and masks, by quadrature in SciPy; it is −log p(x)")
    }
  }

  func test7_BlockAfterBlock() throws {
    try theLawOfWholeTexts()
    try promptsStandAndMasksFallWithTime()
  }

  private func theLawOfWholeTexts() throws {
    var rng = stream("sampler")
    let tiny = TinyLaw.random(symbols: 2, length: 4, using: &rng)
    let count = 2000
    for blockLength in [1, 2] {
      let scribe = Scribe(tiny, count: count)
      let times = blockLength == 1 ? [1, 0] : [1, 0.75, 0.5, 0.25, 0]
      var nodes = 0
      let texts = try sampleBlocks(
        prompts: Array(repeating: [], count: count), length: 4, blockLength: blockLength, mask: 2, times: times,
        model: scribe.model, draw: drawByInversion, using: &rng,
        onStep: { _, x, _ in
          nodes += 1
          expectEqual(x[0].count, 4, "onStep sees whole texts, with masks for what is to come")
        })
      let steps = times.count - 1
      expectEqual(
        scribe.log,
        Array(repeating: Array(repeating: "denoise", count: steps) + ["append"], count: 4 / blockLength).flatMap { $0 },
        "blocks of \(blockLength): N questions a block, then the finished block is appended, once")
      expectEqual(nodes, 1 + 4 / blockLength * steps, "onStep hears of the start and of every step")
      expect(!texts.flatMap { $0 }.contains(2), "no mask may be left at the end")
      expectEqual(scribe.written, texts, "what is appended are the finished blocks: clean, in order")
      var counts = Array(repeating: 0, count: 16)
      for x in texts where !x.contains(2) { counts[x.reduce(0) { $0 * 2 + $1 }] += 1 }
      // Two tokens of a block appear in the same step with probability 1/4. Then they don't see each other.
      let alone = blockLength == 1 ? 0 : 0.25
      let want = tiny.texts.map { text in
        stride(from: 0, to: 4, by: 2).reduce(1.0) { law, start in
          var seen = Array(text[..<start]) + Array(repeating: 2, count: 4 - start)
          let before = tiny.conditionals(seen)
          seen[start] = text[start]
          let second = text[start + 1]
          let after = tiny.conditionals(seen)[start + 1][second]
          return law * before[start][text[start]] * ((1 - alone) * after + alone * before[start + 1][second])
        }
      }
      expect(
        excess(of: counts, over: want) < 5,
        "blocks of \(blockLength), \(steps) steps each, exact conditionals: \(counts) of \(count) texts, but the "
          + "law of this "
          + "sampler is \(want)")
    }
  }

  private func promptsStandAndMasksFallWithTime() throws {
    var rng = stream("prompts")
    let tiny = TinyLaw.random(symbols: 2, length: 6, using: &rng)
    let scribe = Scribe(tiny, count: 2)
    var first: [[Int]] = []
    let texts = try sampleBlocks(
      prompts: [[0, 1, 1], [1, 1, 0]], length: 6, blockLength: 2, mask: 2, times: [1, 0.5, 0], model: scribe.model,
      draw: drawByInversion, using: &rng, onStep: { step, x, _ in if step == 0 { first = x } })
    expectEqual(
      first, [[0, 1, 1, 2, 2, 2], [1, 1, 0, 2, 2, 2]], "the walk begins with the prompts, and masks after them")
    expectEqual(texts.map { Array($0[..<3]) }, [[0, 1, 1], [1, 1, 0]], "the prompt stands, also inside of a block")
    expectEqual(
      scribe.log, ["append", "denoise", "denoise", "append", "denoise", "denoise", "append"],
      "a block that the prompt fills is appended without a question")
    expectEqual(scribe.appended[0], [[0, 1], [1, 1]], "the first block of each prompt")
    // A model that forgets what it can see: only the sampler keeps it.
    var before: [[Int]] = []
    let careless = BlockModel(
      denoise: { block in block.map { row in row.map { _ in [0.5, 0.5, 0] } } }, append: { _ in })
    let kept = try sampleBlocks(
      prompts: [[0, 1, 1], [1, 1, 0]], length: 6, blockLength: 6, mask: 2, times: [1, 0.6, 0.3, 0], model: careless,
      draw: drawByInversion, using: &rng,
      onStep: { _, x, _ in
        for (old, new) in zip(before.flatMap { $0 }, x.flatMap { $0 }) where old != 2 {
          expectEqual(new, old, "a token that can be seen stands, whatever the model thinks of it: draw at masks alone")
        }
        before = x
      })
    expectEqual(kept.map { Array($0[..<3]) }, [[0, 1, 1], [1, 1, 0]], "the prompt stands to the end")
    // From t = 1 by 0.8 to 0: (1 − 0.8)/1 are revealed in the first step.
    let many = Scribe(tiny, count: 1000)
    var hidden = 0
    _ = try sampleBlocks(
      prompts: Array(repeating: [], count: 1000), length: 6, blockLength: 6, mask: 2, times: [1, 0.8, 0.2, 0],
      model: many.model, draw: drawByInversion, using: &rng,
      onStep: { step, x, _ in
        let share = Double(x.flatMap { $0 }.filter { $0 == 2 }.count) / 6000
        let want = [1, 0.8, 0.2, 0][step]
        expectClose(
          share, want, absolute: 0.035,
          "the share of masks is t: from t to t′ a masked token appears with probability (t − t′)/t")
        hidden += 1
      })
    expectEqual(hidden, 4, "three steps and the start")
  }
}

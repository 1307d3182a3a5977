/// The masses of a transport problem in whole units, slightly disturbed so that no two sums of them agree.
///
/// The simplex method loops for ever if a step can move nothing, which happens where a part of the places sends exactly
/// what another part receives: always, for uniform masses. The cure is as old as the method (Orden 1956): every sender
/// gets a little more, and the last receiver takes it all. In whole numbers this is exact: with n senders, masses are
/// multiplied by n + 1, each sender gets 1 more, and the last receiver n more. Then the net supply of any part of the
/// places is not a multiple of n + 1, so it is not 0, unless the part is the whole.
struct WholeMasses {
  let supplies: [Int64]
  let demands: [Int64]
  /// The mass of a unit of the undisturbed masses.
  let unit: Double

  /// How many units the whole mass has, before it is disturbed: about 2⁵⁰, fewer if their multiples by n + 1 would
  /// overflow. A multiple of n and of m: uniform masses are whole then, and nothing has to be rounded.
  static func units(senders n: Int, receivers m: Int) -> Int64 {
    let most = min(Int64(1) << 50, (Int64(1) << 61) / Int64(n + 1))
    let pairs = Int64(n) * Int64(m)
    return most / pairs * pairs
  }

  /// The undisturbed masses, in units.
  let plainSupplies: [Int64]
  let plainDemands: [Int64]

  init(_ p: [Double], _ q: [Double], mass: Double) {
    let units = Self.units(senders: p.count, receivers: q.count)
    plainSupplies = Self.rounded(p, units: units)
    plainDemands = Self.rounded(q, units: units)
    unit = mass / Double(units)
    let factor = Int64(p.count + 1)
    supplies = plainSupplies.map { $0 * factor + 1 }
    var demands = plainDemands.map { $0 * factor }
    demands[demands.count - 1] += Int64(p.count)
    self.demands = demands
  }

  /// Whole numbers in proportion to the masses, which add up to `units`. What rounding leaves over goes to the largest.
  private static func rounded(_ masses: [Double], units: Int64) -> [Int64] {
    let scale = Double(units) / masses.reduce(0, +)
    var whole = masses.map { Int64(($0 * scale).rounded()) }
    let largest = whole.indices.max { whole[$0] < whole[$1] } ?? 0
    whole[largest] += units - whole.reduce(0, +)
    return whole
  }
}

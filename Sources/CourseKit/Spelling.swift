/// Guesses what somebody meant to write.
enum Spelling {
  /// The candidate that is nearest to `word`, if one is near: a third of the letters may be wrong, or it begins with
  /// `word`. The first of several equally near ones.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let wanted = word.lowercased()
    let ranked = candidates.map { candidate in
      let name = candidate.lowercased()
      let isPrefix = !wanted.isEmpty && name.hasPrefix(wanted)
      return (candidate, isPrefix ? 0 : distance(wanted, name))
    }
    guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    return best.1 <= max(1, max(word.count, best.0.count) / 3) ? best.0 : nil
  }

  /// How many letters must be inserted, deleted, replaced, or swapped with their neighbour to make `a` into `b`
  /// (optimal string alignment). O(|a| · |b|).
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}

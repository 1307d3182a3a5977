public enum Slow {
  /*[*/
  func slow(_ a: Double) -> Double {
    let x =
      1 + 2.0 * -a - (3 + a) * 2 / (4 - -a) + (a - 1) * [1, 2, 3].map { $0 * -a + 1 }.reduce(0, +) - ((a) + 1 - -2)
      * (3 / -a) + "1".count
    return x
  }
  /*]*/
}

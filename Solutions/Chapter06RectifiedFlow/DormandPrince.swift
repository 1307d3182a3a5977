/// The coefficients of the embedded Runge–Kutta pair of orders 5 and 4 by Dormand and Prince 1980, known as RK45,
/// `ode45` and `dopri5`.
public enum DormandPrince {
  /// cᵢ: where in the step stage i stands.
  public static let nodes: [Double] = [0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1]

  /// aᵢⱼ: stage i is asked at x + h Σⱼ aᵢⱼ·kⱼ, j < i. The last row gives the step of order 5 itself, so that the last
  /// stage of a step is the first of the next.
  public static let stages: [[Double]] = [
    [],
    [1.0 / 5],
    [3.0 / 40, 9.0 / 40],
    [44.0 / 45, -56.0 / 15, 32.0 / 9],
    [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
    [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
    [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
  ]

  /// eᵢ: h Σᵢ eᵢ·kᵢ over all seven stages is the difference between the steps of order 5 and 4, an estimate of the error.
  public static let errorWeights: [Double] = [
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
  ]
}

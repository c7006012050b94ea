import Glibc

/// Ages along a line of columns, from zero: even, or by their logarithm where they differ too much in size.
struct AgeAxis {
  let columns: Int
  let isLogarithmic: Bool
  /// Seconds; of the first column's end where it is logarithmic.
  private let first: Double
  private let last: Double

  /// Beyond so many times the middle age, an even axis would show the usual ages in a few columns.
  private static let widest = 12.0

  /// - Parameters:
  ///   - usual: the age, in seconds, about which most of what is shown lies.
  ///   - last: the greatest age, in seconds.
  init(columns: Int, usual: Double, last: Double) {
    self.columns = max(columns, 2)
    self.last = max(last, 1)
    isLogarithmic = self.last > Self.widest * usual
    first = isLogarithmic ? max(usual / 30, 0.1) : self.last / Double(self.columns)
  }

  /// The age, in seconds, at which a column begins; that of `columns` is the greatest.
  func age(at column: Int) -> Double {
    if column <= 0 { return 0 }
    guard isLogarithmic else { return first * Double(column) }
    return first * pow(last / first, Double(column - 1) / Double(columns - 1))
  }

  /// Nil beyond the last column.
  func column(of age: Double) -> Int? {
    guard age <= last else { return nil }
    let column =
      isLogarithmic
      ? (age < first ? 0 : 1 + Double(columns - 1) * log(age / first) / log(last / first))
      : age / first
    return min(max(Int(column), 0), columns - 1)
  }
}

import Glibc

/// Ages along a line of columns, from zero: at even distances, or by their logarithm where they differ too much in size.
struct AgeAxis {
  let columns: Int
  let isLogarithmic: Bool
  /// The age at the end of the first column, in seconds.
  private let first: Double
  private let last: Double

  /// The greatest age beside the usual one on an even axis; beyond, the usual ages would share a few columns.
  private static let widest = 12.0

  /// - Parameters:
  ///   - usual: the age, in seconds, around which most jobs end.
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

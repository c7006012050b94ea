import Glibc
import JobWatchCore
import PollPlanning

/// How many jobs end at which age, as columns of text above a line of ages, with marks for the polls and for the job.
struct DistributionPlot {
  let distribution: DurationDistribution
  /// Ages in seconds.
  let polls: [Double]
  let mark: (age: Double, name: String)?
  /// What the terminal has for each line; nil: no limit.
  let width: Int?
  let hasBlocks: Bool

  private static let widest = 60
  private static let height = 8

  var axis: AgeAxis {
    let last = [1.15 * distribution.quantile(0.95), 1.1 * (mark?.age ?? 0), 1.1 * (polls.first ?? 0)].max()
    return AgeAxis(
      columns: min(width ?? Self.widest, Self.widest), usual: distribution.quantile(0.5),
      last: min(last ?? 1, DurationDistribution.longestAge))
  }

  var lines: [String] { bars + [line] + below + [ages] }

  private var bars: [String] {
    let axis = axis
    // The share of jobs that end in each column.
    let shares = (0..<axis.columns).map { column in
      distribution.survival(at: axis.age(at: column)) - distribution.survival(at: axis.age(at: column + 1))
    }
    let most = max(shares.max() ?? 0, 1e-9)
    return (0..<Self.height).reversed().map { row in
      let cells = shares.map { cell($0 / most * Double(Self.height) - Double(row)) }
      return String(cells[..<((cells.lastIndex { $0 != " " } ?? -1) + 1)])
    }
  }

  private static let blocks: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// - Parameter filled: the height of the bar above the bottom of the cell, in cells.
  private func cell(_ filled: Double) -> Character {
    guard hasBlocks else { return filled >= 0.5 ? "#" : " " }
    return Self.blocks[Int((min(max(filled, 0), 1) * 8).rounded())]
  }

  /// With a stroke for each poll.
  private var line: String {
    var cells = Array(repeating: Character(hasBlocks ? "─" : "-"), count: axis.columns)
    for column in polls.compactMap(axis.column(of:)) { cells[column] = hasBlocks ? "┴" : "|" }
    return String(cells)
  }

  private var below: [String] {
    guard let mark, let column = axis.column(of: mark.age) else { return [] }
    let fits = column + 2 + mark.name.count <= axis.columns
    let start = fits ? column : max(column - mark.name.count - 1, 0)
    return [String(repeating: " ", count: start) + (fits ? "^ \(mark.name)" : "\(mark.name) ^")]
  }

  /// At a few columns, as many as there is room for.
  private var ages: String {
    let axis = axis
    var text = ""
    for column in stride(from: 0, through: axis.columns, by: max(axis.columns / 4, 1)) {
      let age = axis.age(at: column).spokenAge
      let place = column == 0 ? 0 : column - age.count
      guard column == 0 || place >= text.count + 2 else { continue }
      text += String(repeating: " ", count: place - text.count) + (column == 0 ? "0" : age)
    }
    return text
  }
}

/// Ages along a line of columns, from zero: at even distances, or by their logarithm where they differ too much.
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
      isLogarithmic ? (age < first ? 0 : 1 + Double(columns - 1) * log(age / first) / log(last / first)) : age / first
    return min(max(Int(column), 0), columns - 1)
  }
}

import JobWatchCore
import PollPlanning

/// How many jobs end at which age, as columns of text above a line of ages, with marks for the polls and for the job.
struct DistributionPlot {
  let law: DurationDistribution
  let axis: AgeAxis
  /// Ages in seconds.
  let polls: [Double]
  /// The age that is marked below the line, and what it is called.
  let mark: (age: Double, name: String)?
  let hasBlocks: Bool

  static let widest = 60
  private static let height = 8

  /// - Parameter width: what the terminal has for each line; nil: no limit.
  init(
    law: DurationDistribution, polls: [Double], mark: (age: Double, name: String)?, width: Int?,
    hasBlocks: Bool
  ) {
    self.law = law
    self.polls = polls
    self.mark = mark
    self.hasBlocks = hasBlocks
    let last =
      [1.15 * law.quantile(0.95), 1.1 * (mark?.age ?? 0), 1.1 * (polls.first ?? 0)].max() ?? 1
    axis = AgeAxis(
      columns: min(width ?? Self.widest, Self.widest), usual: law.quantile(0.5),
      last: min(last, DurationDistribution.longestAge))
  }

  /// The share of jobs that end in each column.
  private var shares: [Double] {
    (0..<axis.columns).map { column in
      law.survival(at: axis.age(at: column)) - law.survival(at: axis.age(at: column + 1))
    }
  }

  var lines: [String] { bars + [line] + below + [ages] }

  private var bars: [String] {
    let shares = shares
    let most = max(shares.max() ?? 0, 1e-9)
    return (0..<Self.height).reversed().map { row in
      Self.trimmed(shares.map { cell($0 / most * Double(Self.height) - Double(row)) })
    }
  }

  private static let blocks: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// - Parameter filled: the height of the bar above the bottom of the cell, in cells.
  private func cell(_ filled: Double) -> Character {
    guard hasBlocks else { return filled >= 0.5 ? "#" : " " }
    return Self.blocks[Int((min(max(filled, 0), 1) * 8).rounded())]
  }

  /// The bottom line, with a stroke for each poll.
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

  /// The ages at a few columns, as many as there is room for.
  private var ages: String {
    var text = ""
    for column in stride(from: 0, through: axis.columns, by: max(axis.columns / 4, 1)) {
      let age = axis.age(at: column).spokenAge
      let place = column == 0 ? 0 : column - age.count
      guard column == 0 || place >= text.count + 2 else { continue }
      text += String(repeating: " ", count: place - text.count) + (column == 0 ? "0" : age)
    }
    return text
  }

  private static func trimmed(_ cells: [Character]) -> String {
    String(cells[..<((cells.lastIndex { $0 != " " } ?? -1) + 1)])
  }
}

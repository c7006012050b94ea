import JobWatchCore
import PollPlanning
import Testing

@testable import jobwatch

@Suite struct `A plot of durations` {
  /// Ends between 20 s and 30 s, nothing before.
  private let law = DurationDistribution(edges: [0, 20, 30, 40], hazards: [0, 0.1, 1])

  private func plot(
    polls: [Double] = [], mark: Double? = nil, width: Int? = nil, hasBlocks: Bool = false
  ) -> DistributionPlot {
    DistributionPlot(
      distribution: law, polls: polls, mark: mark.map { ($0, "now") }, width: width, hasBlocks: hasBlocks)
  }

  @Test(arguments: [nil, 10, 40, 60, 200])
  func `is as wide as there is room, and never wider than 60 columns`(_ width: Int?) {
    for blocks in [false, true] {
      for age in [0.0, 5, 25, 1000] {
        let lines = plot(polls: [24, 26], mark: age, width: width, hasBlocks: blocks).lines
        #expect(lines.map(\.count).max() == min(width ?? 60, 60))
        #expect(lines.allSatisfy { $0.last != " " })
        #expect(blocks || lines.allSatisfy { $0.allSatisfy(\.isASCII) })
      }
    }
  }

  @Test func `shows where jobs end, where polls are, and where the job is`() throws {
    let plot = plot(polls: [24, 26, 9999], mark: 10)
    let lines = plot.lines
    let bottom = Array(lines[7])
    for (column, cell) in bottom.enumerated() {
      let (from, to) = (plot.axis.age(at: column), plot.axis.age(at: column + 1))
      if to <= 20 { #expect(cell == " ", "\(column)") }
      if from >= 20 && to <= 30 { #expect(cell == "#", "\(column)") }
    }
    let strokes = lines[8].enumerated().filter { $0.element == "|" }.map(\.offset)
    #expect(strokes == [24, 26].compactMap(plot.axis.column(of:)))
    let now = try #require(plot.axis.column(of: 10))
    #expect(lines[9] == String(repeating: " ", count: now) + "^ now")
    #expect(lines[10].hasPrefix("0 "))
  }

  @Test func `turns to a logarithmic scale for a job that is far older than others of its type`() {
    #expect(!plot(mark: 30).axis.isLogarithmic)
    let axis = plot(mark: 86_400).axis
    #expect(axis.isLogarithmic)
    #expect(axis.column(of: 0) == 0 && axis.column(of: 86_400) != nil)
    #expect(axis.column(of: 100_000) == nil)
    for column in 1..<60 {
      let middle = (axis.age(at: column) * axis.age(at: column + 1)).squareRoot()
      #expect(axis.column(of: middle) == column)
    }
  }

  @Test(arguments: [
    (true, ["LANG": "de_DE.UTF-8"], true), (true, ["LC_ALL": "C.utf8", "LANG": "C"], true),
    (true, ["LC_ALL": "", "LANG": "C"], false), (true, [:], false),
    (true, ["LANG": "C.UTF-8", "TERM": "dumb"], false), (false, ["LANG": "C.UTF-8"], false),
  ])
  func `has blocks only on a terminal whose locale has them`(
    _ isTerminal: Bool, _ environment: [String: String], _ expected: Bool
  ) {
    #expect(Terminal(isTerminal: isTerminal, environment: environment).hasBlocks == expected)
  }

  @Test func `stands among words that end where the terminal does`() {
    #expect("one two  three".wrapped(to: 7) == ["one two", "three"])
    #expect("one two  three".wrapped(to: nil) == ["one two  three"])
    #expect("overlong one".wrapped(to: 3) == ["overlong", "one"])
    #expect("".wrapped(to: 3).isEmpty)
  }
}

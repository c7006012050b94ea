import Testing

@testable import jobwatch

@Suite struct `A table that must fit` {
  private let rows = [
    ["JOB", "TYPE", "STATE", "NOTE"], ["0123456789abcdef", "createSingleServer", "failed", "Ecs.0319 no capacity"],
    ["fedcba9876543210", "", "running", ""],
  ]
  private let fit = TableFit(shortening: [("NOTE", 8), ("TYPE", 6)], dropping: ["TYPE", "NOTE"])

  @Test(arguments: [
    (nil, "0123456789abcdef  createSingleServer  failed   Ecs.0319 no capacity"),
    (200, "0123456789abcdef  createSingleServer  failed   Ecs.0319 no capacity"),
    (60, "0123456789abcdef  createSingleServer  failed   Ecs.0319 no …"),
    (50, "0123456789abcdef  createSingle…  failed   Ecs.031…"),
    (43, "0123456789abcdef  creat…  failed   Ecs.031…"),
    (42, "0123456789abcdef  failed   Ecs.0319 no ca…"),
    (35, "0123456789abcdef  failed   Ecs.031…"),
    (34, "0123456789abcdef  failed"),
    (5, "0123456789abcdef  failed"),
  ])
  func `cuts the least important column first, and never the id`(_ width: Int?, _ expected: String) {
    #expect(fit.lines(rows, width: width)[1] == expected)
  }

  @Test(arguments: [
    (true, [:], true), (true, ["NO_COLOR": ""], true), (true, ["NO_COLOR": "1"], false),
    (true, ["TERM": "dumb"], false), (false, [:], false),
  ])
  func `colours are for terminals whose user wants them`(
    _ isTerminal: Bool, _ environment: [String: String], _ expected: Bool
  ) {
    let terminal = Terminal(isTerminal: isTerminal, environment: environment)
    #expect((terminal.painted("x", .red) == "\u{1B}[31mx\u{1B}[0m") == expected)
  }

  @Test func `what the cloud wrote can neither break a line nor command the terminal`() {
    #expect("a\nb\r\u{1B}[31mc\u{9B}d\u{2028}e\tü€".onOneLine == "a b  [31mc d e ü€")
  }
}

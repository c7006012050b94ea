import JobWatchCore
import Testing

@testable import JobWatchConfiguration

@Suite struct `A configuration as an editor saves it` {
  private static let text = """
    # of the night shift
    keep: 5d
    accounts:
      - {name: a, region: eu-de, project_id: p, auth: token, token: {file: /t}}

    """
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private func decode(_ bytes: [UInt8]) throws(ConfigurationError) -> DecodedConfiguration {
    try ConfigurationFile.decode(bytes, path: "j.yaml")
  }

  @Test(
    "is read",
    arguments: [
      Array(text.utf8), mark + Array(text.utf8), Array(text.replacing("\n", with: "\r\n").utf8),
      mark + Array(text.replacing("\n", with: "\r\n").utf8),
      mark + Array(text.split(separator: "\n").dropFirst().joined(separator: "\n").utf8),
    ])
  func read(_ bytes: [UInt8]) throws {
    let value = try decode(bytes).value
    #expect(value.keep == .days(5))
    #expect(value.accounts.map(\.name) == ["a"])
  }

  @Test("names the line of a mistake", arguments: ["\n", "\r\n"], [[], mark])
  func lines(_ lineEnd: String, _ mark: [UInt8]) {
    for (number, text) in [
      (1, "kepe: 1d\n"), (3, "# a\n# b\nkepe: 1d\n"), (2, "keep: 1d\n  - x: [\n"),
    ] {
      let bytes = mark + Array(text.replacing("\n", with: lineEnd).utf8)
      let error = #expect(throws: ConfigurationError.self) { try decode(bytes) }
      #expect(error?.problems.first?.line == number, "\(String(describing: error))")
      if number == 1 { #expect(error?.problems.first?.column == 1) }
    }
  }

  @Test(
    "is refused by the name of what it is",
    arguments: [
      ([0xFF, 0xFE] + Array(text.utf16.flatMap { [UInt8($0), 0] }), "but UTF-16: save it as UTF-8"),
      ([0xFE, 0xFF] + Array(text.utf16.flatMap { [0, UInt8($0)] }), "but UTF-16: save it as UTF-8"),
      (Array(text.utf16.flatMap { [UInt8($0), 0] }), "but UTF-16LE: save it as UTF-8"),
      (Array("# n".utf8) + [0xE4] + Array(text.utf8), "is not UTF-8: save it as UTF-8"),
      (mark, "is empty"),
    ] as [([UInt8], String)])
  func refused(_ bytes: [UInt8], _ words: String) {
    let error = #expect(throws: ConfigurationError.self) { try decode(bytes) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func `is told where another one was joined to it`() {
    let bytes = Array(Self.text.utf8) + Self.mark + Array("channels: []\n".utf8)
    let error = #expect(throws: ConfigurationError.self) { try decode(bytes) }
    #expect(error?.description == "j.yaml:5: begins with a byte order mark, as where files were joined: remove it")
  }
}

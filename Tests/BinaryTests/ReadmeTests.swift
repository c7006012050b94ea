import Foundation
import JobWatchCore
import TestSupport
import Testing

/// What the README shows is what the built binary does.
@Suite struct `The README` {
  private let text: String

  init() throws {
    text = try String(contentsOf: ManualPage.root.appending(path: "README.md"), encoding: .utf8)
  }

  /// Code, in a line or in a block: every second part.
  private var lines: [Substring] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.flatMap { $0.element.split(separator: "\n") }
  }

  @Test func `shows only commands that the binary takes`() async throws {
    let place = try Workplace()
    let calls = lines.flatMap { ShellLine($0).calls }.filter { $0.first?.first?.isLetter == true }
    #expect(Set(calls.compactMap(\.first)).count >= 8)
    for call in Set(calls) {
      let (output, error) = (place.root + "/output", place.root + "/error")
      let process = try ChildProcess(call + ["--config", place.root + "/nowhere.yaml"], output: output, error: error)
      // The line is right, and the configuration is not there; a mistake in the line itself is 64.
      let exit = await process.exit
      let said = try place.text(of: error)
      #expect(exit == .code(78), "\(call): \(said)")
    }
  }

  @Test func `begins with a configuration that is enough`() async throws {
    let place = try Workplace()
    let block = try #require(text.firstMatch(of: /```yaml\n((?:.*\n)*?) *```/)).1
    // It stands in a list.
    let lines = block.split(separator: "\n").map { $0.dropFirst(3) }
    let places = [
      "state_dir: \(place.root)/state", "spool_dir: \(place.root)/spool",
      "status_log: \(place.statusLog)",
    ]
    try place.write(
      (lines.map(String.init) + places).joined(separator: "\n"), to: place.configuration)
    let (output, error) = (place.root + "/output", place.root + "/error")
    let process = try ChildProcess(["check", "--config", place.configuration], output: output, error: error)
    let exit = await process.exit
    let said = try place.text(of: error)
    #expect(exit == .code(0), "\(said)")
    #expect(try place.text(of: output).contains("in order"))
  }

  @Test func `names only events that there are`() {
    let events = Set(EventKind.allCases.map(\.rawValue))
    let subjects = Set(events.map { $0.prefix { $0 != "." } })
    let words = text.matches(of: /`([a-z]+)\.([a-z_]+)`/).filter { subjects.contains($0.1) }
      .map { "\($0.1).\($0.2)" }
    #expect(words.count >= 5)
    #expect(Set(words).subtracting(events).isEmpty)
  }
}

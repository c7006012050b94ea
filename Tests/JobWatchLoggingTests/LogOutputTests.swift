import Foundation
import JobWatchCore
import Logging
import TestSupport
import Testing

@testable import JobWatchFiles
@testable import JobWatchLogging

@Suite struct `The log` {
  private let now = Timestamp(milliseconds: 1_795_000_000_000)

  private struct Line: Decodable, Equatable {
    var time: String
    var level: String
    var message: String
    var message_id: String?
    var fields: [String: String]?
  }

  private func output(_ format: LogFormat, _ descriptor: Int32) -> LogOutput {
    LogOutput(format, environment: [:], descriptor: descriptor, journal: "/nowhere")
  }

  @Test func `is a line an entry as text, which nothing from outside can break`() throws {
    let place = try JournalFixture(isListening: false)
    let output = output(.text, place.descriptor)
    var entry = LogEntry(.warning, "m", fields: [.init("a", "x"), .init("b", "1 \"2\"\n\u{9B}3")])
    entry.details = [.init("c", "not shown")]
    try output.write(entry, at: now, isKept: true)
    #expect(try place.errorText() == "2026-11-18T11:06:40.000Z warning  m a=x b=\"1 \\\"2\\\"  3\"\n")
  }

  @Test func `is an object a line as JSON, with every value as it is`() throws {
    let place = try JournalFixture(isListening: false)
    let output = output(.json, place.descriptor)
    var entry = LogEntry(.error, "m\n\"n\"", fields: [.init("a/b", "x\u{1B}\0\u{2028}😀")], id: MessageID(.jobFailed))
    entry.details = [.init("c", "https://d/")]
    try output.write(entry, at: now, isKept: true)
    try output.write(LogEntry(.info, ""), at: now, isKept: true)
    let lines = try place.errorText().split(separator: "\n")
    #expect(lines[0].hasPrefix("{\"time\":\"2026-11-18T11:06:40.000Z\",\"level\":\"error\","))
    #expect(
      try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) } == [
        Line(
          time: "2026-11-18T11:06:40.000Z", level: "error", message: "m\n\"n\"",
          message_id: MessageID(.jobFailed).rawValue, fields: ["a/b": "x\u{1B}\0\u{2028}😀", "c": "https://d/"]),
        Line(time: "2026-11-18T11:06:40.000Z", level: "info", message: ""),
      ])
  }

  @Test func `takes the metadata of a logger as fields, and one of them as the message's id`()
    throws
  {
    let journal = try JournalFixture()
    let output = LogOutput(.journal, environment: [:], descriptor: journal.descriptor, journal: journal.path)
    var log = Logger(label: "test") { _ in ConsoleLog(output: output) }
    log[metadataKey: "loop"] = "relay"
    let name = String(decoding: [UInt8(ascii: "a"), 0xFF], as: UTF8.self)
    log.error("a loop failed", metadata: .message(.loopFailed, ["file": "\(name)"]))
    log.debug("below the level")
    let fields = try #require(try journal.entry())
    #expect(
      fields.map { "\($0.name)=\($0.text ?? "")" } == [
        "MESSAGE=a loop failed file=a\u{FFFD} loop=relay", "PRIORITY=3",
        "SYSLOG_IDENTIFIER=jobwatch", "MESSAGE_ID=\(MessageID.loopFailed.rawValue)",
        "JOBWATCH_FILE=a\u{FFFD}", "JOBWATCH_LOOP=relay",
      ])
    #expect(try journal.entry() == nil)
  }

  @Test
  func `says why the process ends as it is in text, and as entries of that priority elsewhere`()
    throws
  {
    let place = try JournalFixture()
    output(.text, place.descriptor).complain("a: b\n  c", at: now)
    #expect(try place.errorText() == "a: b\n  c\n")
    LogOutput(
      .journal, environment: [:], descriptor: place.descriptor, journal: place.path
    ).complain("a: b\n  c\n", at: now)
    for line in ["a: b", "  c"] {
      let fields = try #require(try place.entry())
      #expect(fields.text("MESSAGE") == line)
      #expect(fields.text("PRIORITY") == "3")
      #expect(fields.text("MESSAGE_ID") == MessageID.cannotRun.rawValue)
    }
    #expect(try place.entry() == nil)
  }

  @Test func `says that a full disk took no line`() throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    defer { close(full) }
    #expect {
      try output(.text, full).write(LogEntry(.info, "m"), at: now, isKept: true)
    } throws: { error in
      "\(error)".hasPrefix("standard error cannot be written: ")
        && (error as? FileFailure)?.code == ENOSPC
    }
  }

  @Test func `does not wait for ever for who does not read it, and goes on with a new line`()
    throws
  {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let output = output(.text, ends[1])
    // Three pages each of a pipe, which has a power of two of them (pipe(7)): the last line is torn.
    let long = LogEntry(.info, String(repeating: "x", count: 10_000))
    let fill = { try output.write(long, at: now, isKept: true) }
    try #require((0..<1000).contains { _ in (try? fill()) == nil })
    #expect(throws: FileFailure.self) { try output.write(long, at: now, isKept: true) }
    var buffer = [UInt8](repeating: 0, count: 1_048_576)
    let torn = read(ends[0], &buffer, buffer.count)
    #expect(torn > 0 && buffer[torn - 1] == UInt8(ascii: "x"))
    try output.write(LogEntry(.info, "m"), at: now, isKept: true)
    let count = read(ends[0], &buffer, buffer.count)
    #expect(String(decoding: buffer[..<count], as: UTF8.self) == "\n2026-11-18T11:06:40.000Z info     m\n")
  }
}

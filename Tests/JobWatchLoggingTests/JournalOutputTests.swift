import Foundation
import JobWatchCore
import Logging
import TestSupport
import Testing

@testable import JobWatchFiles
@testable import JobWatchLogging

@Suite struct `The journal` {
  private let now = Timestamp(milliseconds: 1_795_000_000_000)

  private func output(_ journal: JournalFixture) -> LogOutput {
    LogOutput(.journal, environment: [:], descriptor: journal.descriptor, journal: journal.path)
  }

  @Test func `gets an entry as its protocol says, byte for byte`() throws {
    let journal = try JournalFixture()
    let entry = LogEntry(
      .warning, "a spool file is rejected",
      fields: [.init("file", "a b"), .init("reason", "one\ntwo")], id: MessageID(.spoolRejected))
    try output(journal).write(entry, at: now, isKept: true)
    let head =
      "MESSAGE=a spool file is rejected file=\"a b\" reason=\"one two\"\nPRIORITY=4\n"
      + "SYSLOG_IDENTIFIER=jobwatch\nMESSAGE_ID=e9ec5610495540eab85f7462b2b29d5d\n"
      + "JOBWATCH_FILE=a b\nJOBWATCH_REASON\n"
    let binary = [7, 0, 0, 0, 0, 0, 0, 0] + Array("one\ntwo\n".utf8)
    #expect(journal.datagram() == Array(head.utf8) + binary)
    #expect(try journal.errorText().isEmpty)
  }

  @Test func `gets a value whole, whatever is in it, and a message without control characters`()
    throws
  {
    let journal = try JournalFixture()
    let values = [
      "", "=", "a\0b", "\n", "\r\n\u{1B}[31m", "\u{85}\u{2028}", "ü€😀", "JOBWATCH_X=1\nPRIORITY=0",
    ]
    let entry = LogEntry(.info, "m\nn", fields: values.map { .init("value", $0) })
    try output(journal).write(entry, at: now, isKept: true)
    let fields = try #require(try journal.entry())
    #expect(fields.filter { $0.name == "JOBWATCH_VALUE" }.map(\.text) == values)
    #expect(fields.map(\.name).count { $0 == "PRIORITY" } == 1)
    let message = try #require(fields.text("MESSAGE"))
    #expect(message.hasPrefix("m n value=\"\" value=\"=\" value=\"a b\""))
    let unfit: [Unicode.GeneralCategory] = [.control, .lineSeparator, .paragraphSeparator]
    #expect(!message.unicodeScalars.contains { unfit.contains($0.properties.generalCategory) })
  }

  @Test(
    "gets names that it keeps",
    arguments: [
      ("job_id", "JOBWATCH_JOB_ID"), ("label_run.on-host", "JOBWATCH_LABEL_RUN_ON_HOST"),
      ("Größe 1", "JOBWATCH_GR____E_1"), ("a=b\nc", "JOBWATCH_A_B_C"), ("", "JOBWATCH_"),
      (String(repeating: "x", count: 63), "JOBWATCH_" + String(repeating: "X", count: 55)),
    ])
  func name(_ key: String, _ name: String) throws {
    let journal = try JournalFixture()
    try output(journal).write(LogEntry(.info, "m", fields: [.init(key, "v")]), at: now, isKept: true)
    let fields = try #require(try journal.entry())
    #expect(fields.last == .init(name, Array("v".utf8)))
  }

  @Test func `gets no value that its socket would not take`() throws {
    let journal = try JournalFixture()
    let output = output(journal)
    let long = String(repeating: "€", count: 33_334)
    for count in [1, 40] {
      let values = (0..<count).map { LogEntry.Field("v\($0)", long) }
      try output.write(LogEntry(.error, "m", fields: values), at: now, isKept: true)
      let fields = try #require(try journal.entry())
      let first = try #require(fields.text("JOBWATCH_V0"))
      #expect(first.utf8.count > 16_380 && first.utf8.count <= 16_384)
      #expect(first.hasSuffix("€…"))
      #expect(fields.map(\.value.count).reduce(0, +) < 131_072)
      #expect(fields.text("MESSAGE")?.hasSuffix("…") == true)
      #expect(fields.count == (count == 1 ? 4 : 9), "with the message, priority and identifier")
    }
    #expect(try journal.errorText().isEmpty)
  }

  @Test
  func `is told through standard error while nobody is behind its socket, and again when one is`()
    throws
  {
    let journal = try JournalFixture(isListening: false)
    let output = output(journal)
    let entry = LogEntry(.error, "m\nn", fields: [.init("k", "v\nw")])
    try output.write(entry, at: now, isKept: true)
    try journal.listen()
    try output.write(entry, at: now, isKept: true)
    #expect(try journal.entry()?.text("JOBWATCH_K") == "v\nw")
    journal.stop()
    try output.write(entry, at: now, isKept: true)
    #expect(try journal.errorText() == "<3>m n k=\"v w\"\n<3>m n k=\"v w\"\n")
    try journal.restart()
    try output.write(entry, at: now, isKept: true)
    #expect(try journal.entry()?.text("JOBWATCH_K") == "v\nw")
    try journal.restart()
    try output.write(entry, at: now, isKept: true)
    #expect(try journal.entry() != nil, "one that took the place of another is found at once")
  }

  @Test func `that is full holds nobody up, is tried again with events, and else passed by`() throws {
    let journal = try JournalFixture()
    let output = output(journal)
    let entry = LogEntry(.notice, "m")
    // The system's limit (net.unix.max_dgram_qlen) is far below.
    let sent = (0..<10_000).first { _ in
      do throws(FileFailure) {
        try output.write(entry, at: now, isKept: true)
        return false
      } catch {
        #expect(error.code == EAGAIN && error.description.hasPrefix(journal.path))
        return true
      }
    }
    try output.write(entry, at: now, isKept: false)
    #expect(try journal.errorText() == "<5>m\n")
    var arrived = 0
    while journal.datagram() != nil { arrived += 1 }
    #expect(arrived == sent)
    try output.write(entry, at: now, isKept: true)
    #expect(try journal.entry()?.text("MESSAGE") == "m")
  }

  @Test func `is written to by default only where standard error is what it was given for`() throws {
    let journal = try JournalFixture()
    var status = stat()
    try #require(fstat(journal.descriptor, &status) == 0)
    let match = "\(status.st_dev):\(status.st_ino)"
    for (stream, isJournal) in [
      (match, true), ("\(status.st_dev):\(status.st_ino + 1)", false),
      ("0:\(status.st_ino)", false), ("", false), (match + " ", false), (nil, false),
    ] {
      let environment = stream.map { ["JOURNAL_STREAM": $0] } ?? [:]
      let output = LogOutput(environment: environment, descriptor: journal.descriptor, journal: journal.path)
      try output.write(LogEntry(.info, "m"), at: now, isKept: true)
      #expect(try (journal.entry() != nil) == isJournal, "\(stream ?? "none")")
    }
    #expect(try journal.errorText().split(separator: "\n").count == 5)
  }
}

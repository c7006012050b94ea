import Foundation
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStatusLog

@Suite struct `Reading the status log` {
  private let fixture: LogFixture
  private let told = Told()

  init() throws { fixture = try LogFixture() }

  private func reader(_ filter: LogFilter = LogFilter()) -> StatusLogReader {
    StatusLogReader(path: fixture.log, filter: filter) { [told] in told($0) }
  }

  private func numbers(_ reader: StatusLogReader) throws -> [Int64] {
    var found: [Int64] = []
    try reader.read { found.append($0.seq) }
    return found
  }

  /// A file's suffix and the lines in it; a suffix that ends in `.gz` is compressed.
  typealias Layout = [(suffix: String, lines: ClosedRange<Int>)]

  private func write(_ layout: Layout) throws {
    for (suffix, lines) in layout {
      let plain = suffix.hasSuffix(".gz") ? String(suffix.dropLast(3)) : suffix
      try fixture.append(LogFixture.text(lines), to: plain)
      if suffix.hasSuffix(".gz") { try fixture.compress(plain) }
    }
  }

  @Test func `passes over what is no plain file`() throws {
    try write([("", 2...3), (".2", 1...1)])
    try #require(mknod(fixture.log + ".1", S_IFSOCK | 0o600, 0) == 0)
    #expect(try numbers(reader()) == [1, 2, 3] && told.all.isEmpty)
  }

  static let layouts: [Layout] = [
    [("", 1...9)], [("", 7...9), (".1", 4...6), (".2.gz", 2...3), (".10.gz", 1...1)],
    [("", 8...9), ("-20261121", 5...7), ("-20261120.gz", 1...4)],
    [("", 8...9), ("-20261121-1764000000", 5...7), (".2026-11-20", 1...4)],
    // copytruncate repeats lines.
    [("", 5...9), (".1", 1...6)], [(".1", 5...9), (".2.gz", 1...4)],
    // Not rotated ones of this log.
    [("", 1...9), ("s.1", 20...21), (".bak", 22...23), (".1.tmp", 24...25), ("-old", 26...27)],
  ]

  @Test(arguments: layouts)
  func `every line comes once and in order, whatever its file is called`(_ layout: Layout) throws {
    try write(layout)
    #expect(try numbers(reader()) == Array(1...9))
    #expect(told.all == [])
  }

  @Test(arguments: [0, 1, 2, 5, 9, 100])
  func `the last few lines are the end of all lines`(_ count: Int) throws {
    try write([("", 8...9), (".1", 4...8), (".2.gz", 1...3)])
    let reader = reader()
    #expect(try reader.last(count).map(\.seq) == Array(1...9).suffix(count).map(Int64.init))
    try fixture.append(LogFixture.text(10...11))
    #expect(try numbers(reader) == (count == 0 ? Array(1...11) : [10, 11]))
  }

  @Test(arguments: [true, false])
  func `a line is found though the log was rotated twice since and is empty`(_ isThere: Bool) throws {
    try write([("", 1...2)])
    let reader = reader()
    #expect(try numbers(reader) == [1, 2])
    try fixture.rename("", ".2")
    try write([(".1", 3...3)])
    if isThere { try fixture.append("") }
    #expect(try numbers(reader) == [3])
    #expect(try numbers(reader) == [])
    try write([("", 4...4)])
    #expect(try numbers(reader) == [4])
  }

  @Test func `the last wanted line is found in an old file`() throws {
    try write([("", 8...9), (".1", 5...7), (".2.gz", 2...4)])
    try fixture.append(LogFixture.line(1, event: "daemon.started") + "\n", to: ".3")
    let wanted = LogFilter(events: [try EventPattern("daemon.*")])
    #expect(try reader(wanted).last(3).map(\.seq) == [1])
  }

  /// As copies, crashes and other programs leave it.
  @Test(arguments: [
    LogFixture.text(1...400), LogFixture.text(1...6) + LogFixture.text(4...40),
    LogFixture.text(1...20) + LogFixture.line(999_999_999_999) + "\n",
    LogFixture.text(1...20) + "\u{0}\u{0}\n{}\n" + LogFixture.text(21...30) + LogFixture.line(31).prefix(40),
    LogFixture.text(1...3) + LogFixture.line(3) + "\n" + LogFixture.text(5_000_000...5_000_003),
    LogFixture.text(1...20) + LogFixture.line(7) + "\n" + LogFixture.text(21...30), "", "\n\n\n",
  ])
  func `the last lines of a worn log are those that reading all of it ends with`(_ text: String) throws {
    try fixture.append(text)
    for filter in [
      LogFilter(), LogFilter(jobs: ["j1"]), LogFilter(since: Self.time(5)), LogFilter(until: Self.time(5)),
    ] {
      var all: [LogLine] = []
      try reader(filter).read { all.append($0) }
      for count in [1, 2, 5, 1000] {
        let reader = reader(filter)
        #expect(try reader.last(count) == Array(all.suffix(count)), "\(count) of \(text.prefix(200))")
        // It goes on where the log ends. A number that none can have is not believed before another follows it.
        if text.contains("999999999999") { continue }
        #expect(try numbers(reader) == [], "\(count) of \(text.prefix(200))")
      }
    }
  }

  /// A line a minute, of several megabytes, so that most of it is passed over.
  @Test func `begins a long log at any time with the lines that are wanted`() throws {
    let padding = #","cause":"\#(String(repeating: "x", count: 3000))""#
    let lines = (1...1400).map { LogFixture.line($0, more: padding) + "\n" }
    // Other programs' lines are passed over, too, and the numbers of some are like ours.
    let foreign = String(repeating: "z", count: 5000) + "\n" + LogFixture.line(7) + "\n{}\n"
    try fixture.append(lines[..<700].joined() + foreign + lines[700...].joined())
    for minute in [0, 1, 59, 60, 61, 699, 700, 701, 1000, 1399, 1400, 1401] {
      let filter = LogFilter(since: Self.time(minute))
      let expected = (1...1400).filter { $0 >= minute }.map(Int64.init)
      #expect(try numbers(reader(filter)) == expected, "since \(minute)")
      #expect(try reader(filter).last(3).map(\.seq) == expected.suffix(3), "since \(minute)")
    }
  }

  private static func time(_ minute: Int) -> Timestamp { Timestamp(milliseconds: 1_795_219_200_000) + .minutes(minute) }

  @Test(
    arguments: [
      (LogFilter(jobs: ["j1"]), [1, 4, 7]),
      (LogFilter(jobs: ["j1", "j2"]), [1, 2, 4, 5, 7, 8]),
      (LogFilter(jobs: ["j"]), []),
      (LogFilter(account: "prod"), Array(1...9)),
      (LogFilter(account: "x"), []),
      (LogFilter(service: "ecs", since: time(3)), Array(3...9)),
      (LogFilter(since: time(3), until: time(5)), [3, 4]),
      (LogFilter(since: time(1000)), []),
      // What the cloud wrote, or a label's value, is not what it is searched for.
      (LogFilter(jobs: ["inner"]), []),
      (LogFilter(labels: ["run": "42"]), [10]),
      (LogFilter(labels: ["run": "42", "team": "web"]), []),
      (LogFilter(labels: ["run": "4"]), []),
    ] as [(LogFilter, [Int64])])
  func `conditions choose lines`(_ filter: LogFilter, _ expected: [Int64]) throws {
    try write([("", 1...9)])
    let labels = #","labels":{"run":"42"},"sub_jobs":{"failures":[{"job_id":"inner"}]}"#
    let other = LogFixture.line(10, more: labels).replacing("\"prod\"", with: "\"other\"")
      .replacing("\"ecs\"", with: "\"dcs\"").replacing("T00", with: "T01")
      .replacing("j1", with: "k")
    // Only the tests that look for it see it.
    if expected.contains(10) || expected.isEmpty { try fixture.append(other + "\n") }
    #expect(try numbers(reader(filter)) == expected)
  }

  @Test("a number that none can have hides no line that follows", arguments: [true, false])
  func leap(_ isFollowed: Bool) throws {
    let fixture = try LogFixture()
    try fixture.append(LogFixture.text(1...3) + LogFixture.line(999_999_999_999) + "\n")
    let told = Told()
    let reader = StatusLogReader(path: fixture.log) { told($0) }
    var numbers: [Int64] = []
    if !isFollowed { try reader.read { numbers.append($0.seq) } }
    try fixture.append(LogFixture.text(4...6))
    try reader.read { numbers.append($0.seq) }
    #expect(numbers == [1, 2, 3, 999_999_999_999, 4, 5, 6])
    #expect(told.all.count == (isFollowed ? 1 : 0))
    // A true one is followed by greater ones.
    try fixture.append(LogFixture.text(5_000_000...5_000_002))
    try reader.read { numbers.append($0.seq) }
    #expect(numbers.suffix(3) == [5_000_000, 5_000_001, 5_000_002])
    try fixture.append(LogFixture.line(7) + "\n" + LogFixture.line(5_000_003) + "\n")
    try reader.read { numbers.append($0.seq) }
    #expect(numbers.last == 5_000_003 && !numbers.suffix(2).contains(7))
  }

  @Test(arguments: [
    ("job.failed", ["job.failed"]), ("job.*", ["job.failed", "job.lost"]),
    ("job.l*", ["job.lost"]), ("*", ["job.failed", "endpoint.down", "job.lost"]),
  ])
  func `an event's name or its beginning chooses events`(_ pattern: String, _ expected: [String]) throws {
    for (seq, event) in ["job.failed", "endpoint.down", "job.lost"].enumerated() {
      try fixture.append(LogFixture.line(seq + 1, event: event) + "\n")
    }
    var events: [String] = []
    try reader(LogFilter(events: [try EventPattern(pattern)])).read { events.append($0.event) }
    #expect(events == expected)
  }

  @Test(arguments: [
    ("job.fialed", "did you mean \"job.failed\"?"), ("jbo.*", "as in job.*"), ("", "known:"),
  ])
  func `an event that does not exist is refused with what was meant`(
    _ pattern: String, _ hint: String
  ) {
    let error = #expect(throws: EventPattern.Unknown.self) { try EventPattern(pattern) }
    #expect(error?.description.contains(hint) == true)
  }

  @Test func `a line that is not complete is left until it is`() throws {
    let line = LogFixture.line(2) + "\n"
    try fixture.append(LogFixture.text(1...1) + line.prefix(30))
    let reader = reader()
    #expect(try numbers(reader) == [1])
    // A failed write is cut back, and what stands there later may be longer.
    try fixture.cut(to: UInt64(LogFixture.text(1...1).utf8.count + 10))
    #expect(try numbers(reader) == [])
    try fixture.append(String(line.dropFirst(10)) + LogFixture.text(3...3))
    #expect(try numbers(reader) == [2, 3])
    #expect(told.all == [])
  }

  @Test(arguments: [65_535, 65_536, 65_537, 300_000])
  func `a line of any length is whole`(_ length: Int) throws {
    let padding = String(
      repeating: "x", count: length - LogFixture.line(2, more: #","cause":"""#).count)
    let long = LogFixture.line(2, more: #","cause":"\#(padding)""#)
    try fixture.append(LogFixture.text(1...1) + long + "\n" + LogFixture.text(3...3))
    var lines: [LogLine] = []
    try reader().read { lines.append($0) }
    #expect(lines.map(\.bytes.count)[1] == length)
    #expect(lines.map(\.seq) == [1, 2, 3])
    #expect(try lines[1].data().cause == padding)
  }

  @Test func `what is not of jobwatch is left out and told`() throws {
    try fixture.append("hello\n{}\n" + String(repeating: "y", count: 17 << 20) + "\n")
    try fixture.append(LogFixture.text(1...2))
    try fixture.append(#"{"v":1,"seq":3,"time":"2026"# + "\n" + LogFixture.text(4...4))
    #expect(try numbers(reader()) == [1, 2, 4])
    #expect(told.all == ["status.log: 4 lines that jobwatch did not write are left out"])
  }

  @Test func `what is compressed by another program, or damaged, is told, and the rest is read`()
    throws
  {
    try write([("", 8000...8001), (".1", 6...7999)])
    try fixture.append("?", to: ".3.xz")
    try fixture.append(LogFixture.text(1...5), to: ".4")
    // Compression under way: both names are there, and the new one is not complete.
    try fixture.compress(".4", keep: true)
    try fixture.cut(".4.gz", to: 30)
    try fixture.compress(".1")
    let size = try #require(try FileManager.default.attributesOfItem(atPath: fixture.log + ".1.gz")[.size] as? UInt64)
    try fixture.cut(".1.gz", to: size / 2)
    let found = try numbers(reader())
    #expect(found.starts(with: Array(1...100)))
    #expect(found.suffix(2) == [8000, 8001])
    #expect(found.count < 8001)
    #expect(
      told.all == [
        "status.log.3.xz is left out: only gzip's compression is read",
        "status.log.1.gz is damaged: only its beginning could be read",
      ])
  }

  @Test func `a checksum that is wrong costs no line`() throws {
    try write([("", 4...5), (".1", 1...3)])
    try fixture.compress(".1")
    var bytes = try Data(contentsOf: URL(filePath: fixture.log + ".1.gz"))
    bytes[bytes.count - 8] ^= 1
    try bytes.write(to: URL(filePath: fixture.log + ".1.gz"))
    #expect(try numbers(reader()) == [1, 2, 3, 4, 5])
    #expect(told.all == ["status.log.1.gz is damaged: only its beginning could be read"])
  }

  @Test(arguments: ["", "no gzip\n"])
  func `what is only called compressed is told, and the rest is read`(_ content: String) throws {
    try write([("", 3...4), (".2.gz", 1...2)])
    try fixture.append(content, to: ".1.gz")
    #expect(try numbers(reader()) == [1, 2, 3, 4])
    #expect(told.all == ["status.log.1.gz is left out: it is damaged"])
  }

  @Test func `a log that is not there is refused with the cure`() throws {
    let error = #expect(throws: LogUnreadable.self) { try reader().read { _ in } }
    #expect(error?.isMissing == true)
    #expect(error?.description.contains("has the daemon run?") == true)
  }

  @Test func `reading stops when its task is cancelled`() async throws {
    try write([("", 1...9000)])
    let path = fixture.log
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try StatusLogReader(path: path) { _ in }.read { _ in }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test(arguments: [
    ("2h", time(0)), ("2026-11-21", time(0)), ("2026-11-21T00:05:00Z", time(5)),
    ("2026-11-21T00:05:00.000Z", time(5)),
    ("2026-11-21T01:05:00+01:00", nil), ("yesterday", nil), ("", nil), ("-2h", nil),
    ("2026-13-01", nil),
  ])
  func `a bound is a duration, a time or a date`(_ text: String, _ expected: Timestamp?) {
    #expect(Timestamp(bound: text, at: Self.time(120)) == expected)
  }
}

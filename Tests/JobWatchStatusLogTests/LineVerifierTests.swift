import Foundation
import JobWatchCore
import JobWatchStore
import SystemPackage
import TestSupport
import Testing

@testable import JobWatchStatusLog

@Suite struct `The last line of a status log` {
  private static let start = Timestamp(milliseconds: 1_790_000_000_000)

  private func line(_ seq: Int64, at time: Timestamp = start, _ event: String = "job.failed") throws -> ValidLine {
    let text = #"{"v":1,"seq":\#(seq),"time":"\#(time)","event":"\#(event)","summary":"x"}"#
    return try #require(ValidLine(Array(text.utf8)))
  }

  /// Number, seconds after the database's last event, and what is made of it.
  @Test(
    "is believed as far as the database can have been told of it",
    arguments: [
      (1, 0, .own), (90, 0, .own), (100, 0, .own), (101, 0, .ahead), (10_000_100, 0, .ahead),
      (10_000_101, 0, .foreign), (0, 0, .foreign), (-3, 0, .foreign),
      (10_086_400, 86_400, .ahead), (96_000_000, 86_400, .ahead), (97_000_000, 86_400, .foreign),
      (10_000_101, -86_400, .foreign), (.max, 1_000_000_000, .foreign),
    ] as [(Int64, Int, LineVerifier.Verdict)])
  func verdict(_ seq: Int64, _ seconds: Int, _ expected: LineVerifier.Verdict) throws {
    let verifier = LineVerifier(lastSeq: 100, lastAt: Self.start) { _ in nil }
    let line = try line(seq, at: Self.start + .seconds(seconds))
    #expect(try verifier.verdict(line) == expected)
  }

  @Test func `is compared with the event of its number, where there still is one`() throws {
    let verifier = LineVerifier(lastSeq: 100, lastAt: Self.start) { seq in
      seq < 50 ? nil : (Self.start, "job.failed")
    }
    #expect(try verifier.verdict(line(60)) == .own)
    #expect(try verifier.verdict(line(60, at: Self.start + .milliseconds(1))) == .foreign)
    #expect(try verifier.verdict(line(60, "job.lost")) == .foreign)
    #expect(try verifier.verdict(line(40, "job.lost")) == .own)
  }

  @Test func `of a log whose database is new is believed, but for a number that none has come to`()
    throws
  {
    let verifier = LineVerifier(lastSeq: 0, lastAt: nil) { _ in nil }
    #expect(try verifier.verdict(line(5_000_000)) == .ahead)
    #expect(try verifier.verdict(line(999_999_999_999)) == .foreign)
  }

  @Test(
    "must be whole, and ours",
    arguments: [
      "", "{}", #"{"v":1}"#, #"{"v":2,"seq":1,"time":"2026-11-21T00:00:00.000Z","event":"x"}"#,
      #"{"v":1,"seq":"1","time":"2026-11-21T00:00:00.000Z","event":"x"}"#,
      #"{"v":1,"seq":1,"time":"yesterday","event":"x"}"#,
      #"{"v":1,"seq":1,"time":"2026-11-21T00:00:00.000Z","event":"x""#,
      #"{"v":1,"seq":1,"time":"2026-11-21T00:00:00.000Z","event":"x","a":}"#,
      "{\"v\":1,\"seq\":1,\"time\":\"2026-11-21T00:00:00.000Z\",\"event\":\"x\",\"a\":\"\0\"}",
      #"{"v":1,"seq":1,"time":"2026-11-21T00:00:00.000Z","event":"x"} {}"#,
      #"{"v":1,"seq":92233720368547758070,"time":"2026-11-21T00:00:00.000Z","event":"x"}"#,
    ])
  func foreign(_ text: String) {
    #expect(ValidLine(Array(text.utf8)) == nil)
  }
}

@Suite struct `Lines from the last to the first` {
  @Test func `are those from the first to the last`() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<40 {
      var text: [UInt8] = []
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        let length = [0, 1, 100, 65_535, 65_536, 70_000, 200_000].randomElement() ?? 0
        text += [UInt8](repeating: 0x61, count: length) + [10]
      }
      if Bool.random() { text += Array("rest".utf8) }
      let path = TemporaryDirectory.newPath()
      try Data(text).write(to: URL(filePath: path))
      defer { try? FileManager.default.removeItem(atPath: path) }
      let file = open(path, O_RDONLY)
      defer { close(file) }
      var lines = ReverseLineReader(FileDescriptor(rawValue: file), name: path)
      var found: [ReverseLineReader.Line] = []
      while let line = try lines.next() { found.append(line) }
      let whole = found.reversed().map { $0.bytes + ($0.isEnded ? [10] : []) }
      #expect(Array(whole.joined()) == text)
      #expect(found.allSatisfy { Int($0.end - $0.start) == $0.bytes.count + ($0.isEnded ? 1 : 0) })
      let isEnded = text.last == 10 || text.isEmpty
      #expect(found.count == text.count { $0 == 10 } + (isEnded ? 0 : 1))
    }
  }
}

import Foundation
import Testing

/// What became of a log of ten lines while no daemon ran.
struct LogHarm: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// The file as it is found, from the file as it was left.
  var file: @Sendable (Data) -> Data
  /// What is set aside of it; nil: nothing.
  var aside: (@Sendable (Data) -> Data)?
  /// Lines that no reader finds, since they are damaged in the midst of others.
  var missing: Set<Int64> = []

  static func behind(_ name: String, _ text: String) -> LogHarm {
    behind(name, Data(text.utf8))
  }

  static func behind(_ name: String, _ bytes: Data) -> LogHarm {
    LogHarm(testDescription: name, file: { $0 + bytes }, aside: { _ in bytes })
  }

  static func instead(_ name: String, _ bytes: Data) -> LogHarm {
    LogHarm(testDescription: name, file: { _ in bytes }, aside: { _ in bytes })
  }

  static func harmless(_ name: String, _ file: @escaping @Sendable (Data) -> Data) -> LogHarm {
    LogHarm(testDescription: name, file: file, aside: nil)
  }

  /// The last lines, changed.
  static func last(_ count: Int, _ name: String, _ change: @escaping @Sendable (Data) -> Data) -> LogHarm {
    LogHarm(
      testDescription: name, file: { $0.lines(..<(-count)) + change($0.lines((-count)...)) },
      aside: { change($0.lines((-count)...)) })
  }
}

extension LogHarm {
  /// Behind the last line.
  static let additions: [LogHarm] = [
    .behind("an empty line", "\n"), .behind("empty lines", "\n\n\n"),
    .behind("a marker", "--- maintenance ---\n"), .behind("half a marker", "--- maint"),
    .behind("zeros and a newline", Data(repeating: 0, count: 500) + [10]),
    .behind("zeros, as a power cut leaves a file that grew", Data(repeating: 0, count: 9000)),
    .behind("a half line that ends in zeros", Data(#"{"v":1,"seq":11,"ti"#.utf8) + Data(count: 40)),
    .behind("a marker and a half line", "marker\n{\"v\":1,\"seq\":11,\"ti"),
    .behind("an empty object", "{}\n"), .behind("a number that is text", "{\"seq\":\"x\"}\n"),
    .behind("another program's log", #"{"seq":77,"msg":"hello","level":"info"}"# + "\n"),
    .behind("bytes that are no text", Data([0xff, 0xfe, 0x80, 10])),
    .behind("a very long line", Data(repeating: 0x78, count: 17 << 20) + [10]),
    .behind("a line of ours with the number 9e18", line(9_000_000_000_000_000_000)),
    .behind("a line of ours with the number 999999999999", line(999_999_999_999)),
    .behind("two of them", line(999_999_999_998) + line(999_999_999_999)),
    .behind("a line of ours that follows no other", line(1010)),
    .behind("a line of ours with the number zero", line(0)),
    .behind("a line of another jobwatch", line(4)),
  ]

  /// In its place, or in the place of all.
  static let damages: [LogHarm] = [
    .instead("a text", Data("hello\nworld\n".utf8)), .instead("a newline", Data([10])),
    .instead("compressed bytes", Data([0x1f, 0x8b, 8, 0, 1, 2, 3, 10, 4, 5])),
    .instead("a line of another jobwatch alone", Data(line(4).utf8)),
    .instead("a number that none can have, alone", Data(line(999_999_999_999).utf8)),
    .last(1, "a zeroed block in the last line") { $0.zeroed(20..<60) },
    .last(3, "a zeroed block over three lines") { $0.zeroed(20..<($0.count - 10)) },
    .last(1, "a last line whose end is lost") { $0.prefix(60) + [10] },
    .last(1, "a last line with a wrong number") {
      Data(String(decoding: $0, as: UTF8.self).replacing("\"seq\":10", with: "\"seq\":90").utf8)
    },
  ]

  /// Nothing of it has to be set aside.
  static let harmless: [LogHarm] = [
    .harmless("nothing", { $0 }), .harmless("a missing newline") { $0.dropLast() },
    .harmless("a torn line") { $0 + Data(#"{"v":1,"seq":11,"time":"2026-1"#.utf8) },
    .harmless("a torn beginning") { $0 + Data(#"{"v"#.utf8) },
    .harmless("carriage returns") {
      Data(String(decoding: $0, as: UTF8.self).replacing("\n", with: "\r\n").utf8)
    },
    .harmless("lines that are there twice") { $0 + $0.lines((-4)...) },
    .harmless("lines that are gone") { $0.lines(..<(-6)) },
    .harmless("a single line") { $0.lines(..<1) },
    LogHarm(
      testDescription: "a zeroed block in the midst",
      file: { $0.lines(..<4) + $0.lines(4..<5).zeroed(10..<40) + $0.lines(5...) }, aside: nil, missing: [5]),
  ]

  /// Of twenty lines.
  static let powerCuts: [LogHarm] = [
    LogHarm(
      testDescription: "a block of zeros over four lines",
      file: { $0.lines(..<8) + $0.lines(8..<12).zeroed(20..<300) + $0.lines(12...) },
      aside: { $0.lines(8..<12).zeroed(20..<300) + $0.lines(12...) }),
    LogHarm(
      testDescription: "two blocks",
      file: {
        $0.lines(..<8) + $0.lines(8..<9).zeroed(70..<80) + $0.lines(9..<15)
          + $0.lines(15..<16).zeroed(0..<9) + $0.lines(16...)
      },
      aside: {
        $0.lines(8..<9).zeroed(70..<80) + $0.lines(9..<15) + $0.lines(15..<16).zeroed(0..<9)
          + $0.lines(16...)
      }),
    LogHarm(
      testDescription: "the line behind the last that is known",
      file: { $0.lines(..<5) + $0.lines(5..<6).zeroed(0..<9) + $0.lines(6...) },
      aside: { $0.lines(5..<6).zeroed(0..<9) + $0.lines(6...) }),
    LogHarm(
      testDescription: "everything up to the last line but two",
      file: { $0.lines(..<18).zeroed(0..<1500) + $0.lines(18...) },
      aside: { $0.lines(..<18).zeroed(0..<1500) + $0.lines(18...) }),
    LogHarm(
      testDescription: "a line that was known",
      file: { $0.lines(..<2) + $0.lines(2..<3).zeroed(70..<80) + $0.lines(3...) }, aside: nil, missing: [3]),
    .harmless("nothing") { $0 },
    .harmless("another program's line") { $0.lines(..<9) + Data("marker\n".utf8) + $0.lines(9...) },
    .harmless("lines that are there twice") { $0.lines(..<12) + $0.lines(9...) },
    LogHarm(
      testDescription: "all lines that are known gone, as copytruncate does it",
      file: { $0.lines(5...) }, aside: nil, missing: [1, 2, 3, 4, 5]),
  ]

  private static func line(_ seq: Int64) -> String {
    #"{"v":1,"seq":\#(seq),"time":"2026-11-21T00:00:00.000Z","event":"job.failed","summary":"x"}"# + "\n"
  }
}

extension Data {
  /// The lines in `range`, whose negative ends count from behind.
  func lines(_ range: some RangeExpression<Int>) -> Data {
    var lines = split(separator: 10, omittingEmptySubsequences: false).map { $0 + [10] }
    lines.removeLast()
    let all = -lines.count..<lines.count
    let bounds = range.relative(to: all)
    let low =
      bounds.lowerBound < 0 && bounds.lowerBound > -lines.count
      ? lines.count + bounds.lowerBound : Swift.max(bounds.lowerBound, 0)
    let high = bounds.upperBound < 0 ? lines.count + bounds.upperBound : bounds.upperBound
    return Data(lines[low..<high].joined())
  }

  func zeroed(_ range: Range<Int>) -> Data {
    var bytes = Array(self)
    for index in range { bytes[index] = 0 }
    return Data(bytes)
  }
}

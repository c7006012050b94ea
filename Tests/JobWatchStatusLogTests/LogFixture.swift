import Foundation
import TestSupport

/// A directory with a status log, written as a rotation leaves it.
final class LogFixture: Sendable {
  private let scratch: TemporaryDirectory
  var directory: String { scratch.path }
  var log: String { directory + "/status.log" }

  init() throws {
    scratch = try TemporaryDirectory()
  }

  /// Line `seq`: one per minute, of job `j<seq % 3>`.
  static func line(_ seq: Int, event: String = "job.running", more: String = "") -> String {
    let time = "2026-11-21T\(two(seq / 60 % 24)):\(two(seq % 60)):00.000Z"
    return #"{"v":1,"seq":\#(seq),"time":"\#(time)","event":"\#(event)","job_id":"j\#(seq % 3)","#
      + #""account":"prod","service":"ecs","summary":"line \#(seq)"\#(more)}"#
  }

  private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

  static func text(_ range: ClosedRange<Int>) -> String {
    range.map { line($0) + "\n" }.joined()
  }

  func append(_ text: String, to suffix: String = "") throws {
    let path = log + suffix
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  func rename(_ old: String, _ new: String) throws {
    try FileManager.default.moveItem(atPath: log + old, toPath: log + new)
  }

  func cut(_ suffix: String = "", to length: UInt64) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: log + suffix))
    try file.truncate(atOffset: length)
    try file.close()
  }

  /// Compresses in place: `X` becomes `X.gz`; with `keep` both stay.
  func compress(_ suffix: String, keep: Bool = false) throws {
    let process = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"), arguments: ["gzip"] + (keep ? ["-k"] : []) + [log + suffix])
    process.waitUntilExit()
  }
}

import Foundation
import JobWatchCore

/// One line of the status log.
struct LoggedEvent: Decodable, Sendable {
  var seq: Int64
  var time: Timestamp
  var event: String
  /// Its members stand beside the others.
  var data: EventData

  private enum CodingKeys: String, CodingKey { case v, seq, time, event }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard try container.decode(Int.self, forKey: .v) == 1 else {
      throw DecodingError.dataCorruptedError(
        forKey: .v, in: container, debugDescription: "the format of a line is version 1")
    }
    seq = try container.decode(Int64.self, forKey: .seq)
    time = try container.decode(Timestamp.self, forKey: .time)
    event = try container.decode(String.self, forKey: .event)
    data = try EventData(from: decoder)
  }
}

/// The status log as a reader of the file sees it.
struct StatusLogLines: Sendable {
  let path: String

  /// The last line is torn, or a line is not one of the log's.
  struct Torn: Error {
    var line: String
    var cause: String
  }

  /// Every line. Throws `Torn` for the first that is not whole.
  func all() throws -> [LoggedEvent] {
    let lines = try whole(isRunning: false)
    return try lines.map(Self.decode)
  }

  func all(_ kind: EventKind) throws -> [LoggedEvent] {
    try all().filter { $0.event == kind.rawValue }
  }

  /// The first line that matches, past ones included; waits for it. When the log is rotated,
  /// only the file under `path` is read.
  func first(where matches: @Sendable (LoggedEvent) throws -> Bool) async throws -> LoggedEvent {
    // Before the first look, so that nothing is written between the two.
    let changes = try FileEvents(of: (path as NSString).deletingLastPathComponent)
    if let line = try soFar().first(where: matches) { return line }
    for await _ in changes.stream {
      if let line = try soFar().first(where: matches) { return line }
    }
    throw CancellationError()
  }

  func first(_ kind: EventKind, of jobID: String? = nil) async throws -> LoggedEvent {
    try await first {
      $0.event == kind.rawValue && (jobID == nil || $0.data.jobID == jobID)
    }
  }

  /// Without a line that is being written.
  func soFar() throws -> [LoggedEvent] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try whole(isRunning: true).map(Self.decode)
  }

  private func whole(isRunning: Bool) throws -> [Data] {
    let content = try Data(contentsOf: URL(fileURLWithPath: path))
    var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let rest = lines.popLast() ?? Data()
    if !rest.isEmpty && !isRunning {
      throw Torn(line: String(decoding: rest, as: UTF8.self), cause: "no newline at its end")
    }
    return lines
  }

  private static func decode(_ line: Data) throws -> LoggedEvent {
    do {
      return try JSONDecoder().decode(LoggedEvent.self, from: line)
    } catch {
      throw Torn(line: String(decoding: line, as: UTF8.self), cause: "\(error)")
    }
  }
}

extension [LoggedEvent] {
  /// 1, 2, 3 … without a gap.
  var isGapless: Bool { map(\.seq) == Array<Int64>(1..<Int64(count + 1)) }
}

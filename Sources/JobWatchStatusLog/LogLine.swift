import Foundation
import JobWatchCore

/// One whole line of the status log.
package struct LogLine: Sendable, Hashable {
  package let seq: Int64
  /// As written, ISO 8601 in UTC.
  package let time: String
  /// The name of its event. This version may not know it.
  package let event: String
  /// Without the newline.
  package let bytes: [UInt8]

  init(_ head: LogHead) {
    seq = head.seq
    time = String(decoding: head.time, as: UTF8.self)
    event = String(decoding: head.event, as: UTF8.self)
    bytes = Array(head.line)
  }

  /// Whether the whole line is JSON, not only its head.
  static func isJSON(_ bytes: [UInt8]) -> Bool {
    struct Numbered: Decodable { var seq: Int64 }
    return (try? JSONDecoder().decode(Numbered.self, from: Data(bytes))) != nil
  }

  /// The sentence for people; a line without one stands for itself.
  package var summary: String {
    struct Summarised: Decodable { var summary: String }
    let decoded = try? JSONDecoder().decode(Summarised.self, from: Data(bytes))
    return decoded?.summary ?? String(decoding: bytes, as: UTF8.self)
  }

  package func data() throws -> EventData { try EventData(json: String(decoding: bytes, as: UTF8.self)) }
}

/// The fixed beginning of a line, `{"v":1,"seq":7,"time":"…","event":"…"`, read where it stands: to decode the line as
/// JSON takes a hundred times as long. It is valid as long as the bytes that it was read from.
struct LogHead {
  let seq: Int64
  let time: UnsafeRawBufferPointer
  let event: UnsafeRawBufferPointer
  /// The whole line, without the blanks at its end.
  let line: UnsafeRawBufferPointer

  /// Nil for a line that `StatusLog` has not written, or that is damaged: a power cut leaves zeros in the middle of a line,
  /// and JSON has control characters in no place. Blanks at the end, such as a carriage return, do no harm.
  init?(_ bytes: UnsafeRawBufferPointer) {
    line = bytes.withoutTrailingBlanks
    var rest = line
    guard line.last == UInt8(ascii: "}"), rest.drop(Self.beforeSeq),
      let seq = Int64(String(decoding: rest.take(until: UInt8(ascii: ",")), as: UTF8.self)), rest.drop(Self.beforeTime)
    else { return nil }
    self.seq = seq
    time = rest.take(until: UInt8(ascii: "\""))
    guard rest.drop(Self.beforeEvent) else { return nil }
    event = rest.take(until: UInt8(ascii: "\""))
    if line.hasControlCharacters { return nil }
  }

  static let beforeSeq = Array(#"{"v":1,"seq":"#.utf8)
  private static let beforeTime = Array(#","time":""#.utf8)
  private static let beforeEvent = Array(#"","event":""#.utf8)
}

/// A whole line of valid JSON that begins as `StatusLog` writes it.
struct ValidLine: Sendable, Hashable {
  var seq: Int64
  var time: Timestamp
  var event: String

  init?(_ bytes: [UInt8]) {
    let line = bytes.withUnsafeBytes { LogHead($0).map(LogLine.init) }
    guard let line, let time = Timestamp(iso8601: line.time), String(validating: bytes, as: UTF8.self) != nil,
      LogLine.isJSON(bytes)
    else { return nil }
    (seq, event) = (line.seq, line.event)
    self.time = time
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var withoutTrailingBlanks: UnsafeRawBufferPointer {
    var end = count
    while end > 0, self[end - 1] == UInt8(ascii: "\r") || self[end - 1] == UInt8(ascii: " ") { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: self[..<end])
  }

  /// Bytes below a space, looked for eight at a time.
  fileprivate var hasControlCharacters: Bool {
    let (spaces, highest) = (0x2020_2020_2020_2020 as UInt64, 0x8080_8080_8080_8080 as UInt64)
    var (index, found) = (0, 0 as UInt64)
    while index + 8 <= count {
      let word = loadUnaligned(fromByteOffset: index, as: UInt64.self)
      // A byte below a space borrows its highest bit, which it has not. So may the byte behind such a one, and no other.
      found |= (word &- spaces) & ~word & highest
      index += 8
    }
    return found != 0 || self[index...].contains { $0 < 0x20 }
  }

  /// Removes `literal` from the front; false where it is not there.
  fileprivate mutating func drop(_ literal: [UInt8]) -> Bool {
    guard starts(with: literal) else { return false }
    self = UnsafeRawBufferPointer(rebasing: self[literal.count...])
    return true
  }

  /// Removes and returns what stands before `byte`, or all of it.
  fileprivate mutating func take(until byte: UInt8) -> UnsafeRawBufferPointer {
    let end = firstIndex(of: byte) ?? count
    defer { self = UnsafeRawBufferPointer(rebasing: self[end...]) }
    return UnsafeRawBufferPointer(rebasing: self[..<end])
  }
}

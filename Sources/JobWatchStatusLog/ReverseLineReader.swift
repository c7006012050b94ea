import JobWatchFiles
import SystemPackage

/// Reads the lines of a file from the last to the first, in bounded memory: the damage of a power cut or another
/// program is at the end.
struct ReverseLineReader {
  struct Line {
    /// Its first byte and the byte behind its newline, counted from the beginning of the file.
    var start: Int64
    var end: Int64
    /// Without its newline; empty for a line that is longer than any of the log's.
    var bytes: [UInt8]
    /// False for what follows the last newline.
    var isEnded: Bool
  }

  private let file: FileDescriptor
  private let name: String
  /// Where the last line that was returned begins; what is before it is still to come.
  private(set) var position: Int64
  /// The bytes before `position`, as far as they were read.
  private var buffer: [UInt8] = []

  private static let chunk = 65_536
  private static let newline = UInt8(ascii: "\n")

  /// `file` stays the caller's and must stay open; `name` is for messages.
  init(_ file: FileDescriptor, name: String) {
    self.file = file
    self.name = name
    position = (try? file.seek(offset: 0, from: .end)) ?? 0
  }

  mutating func next() throws(FileFailure) -> Line? {
    guard position > 0 else { return nil }
    let lineEnd = position
    if buffer.isEmpty { try fill() }
    let isEnded = buffer.last == Self.newline
    var isOverlong = false
    var searched = isEnded ? 1 : 0
    while true {
      let before = newline(before: buffer.count - searched)
      let bufferStart = position - Int64(buffer.count)
      if before != nil || bufferStart == 0 {
        let start = before.map { $0 + 1 } ?? 0
        let bytes = isOverlong ? [] : Array(buffer[start...].dropLast(isEnded ? 1 : 0))
        buffer.removeSubrange(start...)
        position = bufferStart + Int64(start)
        return Line(start: position, end: lineEnd, bytes: bytes, isEnded: isEnded)
      }
      if buffer.count > LineReader.lineLimit {
        isOverlong = true
        position = bufferStart
        buffer = []
      }
      searched = buffer.count
      try fill()
    }
  }

  /// Where the last newline of the first `count` bytes is, looked for eight bytes at a time.
  private func newline(before count: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      let (ones, highest) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
      let newlines = ones &* UInt64(Self.newline)
      var end = count
      while end >= 8 {
        // A newline becomes a zero, which borrows the highest bit.
        let word = bytes.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self) ^ newlines
        if (word &- ones) & ~word & highest != 0 { break }
        end -= 8
      }
      return bytes[..<end].lastIndex(of: Self.newline)
    }
  }

  /// Doubles the buffer, because a long line should be moved a few times only.
  private mutating func fill() throws(FileFailure) {
    let bufferStart = position - Int64(buffer.count)
    let count = Int(min(Int64(max(Self.chunk, buffer.count)), bufferStart))
    let bytes = try FileFailure.wrap("cannot be read", name) {
      let bytes = try file.bytes(upTo: count, from: bufferStart - Int64(count))
      guard bytes.count == count else { throw Errno.ioError }
      return bytes
    }
    buffer = bytes + buffer
  }
}

import Glibc
import JobWatchFiles

/// The lines of a file from the last to the first, in bounded memory. For looking from the end over what a power cut
/// or another program left there.
struct ReverseLineReader {
  struct Line {
    /// Where it begins, in bytes from the beginning of the file.
    var start: off_t
    /// Behind it, its newline included.
    var end: off_t
    /// Without its newline; empty for one that is longer than any of ours.
    var bytes: [UInt8]
    /// False for what follows the last newline.
    var isEnded: Bool
  }

  private let descriptor: Int32
  private let name: String
  /// Of what was handed out; what is before it is still to come.
  private var end: off_t
  /// The bytes from `position` to `end`, as far as they were read.
  private var buffer: [UInt8] = []

  /// Where the last one that was handed out begins.
  var position: off_t { end }

  private static let chunk = 65_536
  /// As `LineReader` has it.
  private static let lineLimit = 1 << 24
  private static let newline = UInt8(ascii: "\n")

  /// `descriptor` stays the caller's and must stay open; `name` is for messages.
  init(_ descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
    end = max(lseek(descriptor, 0, SEEK_END), 0)
  }

  mutating func next() throws(FileFailure) -> Line? {
    guard end > 0 else { return nil }
    let lineEnd = end
    if buffer.isEmpty { try fill() }
    let isEnded = buffer.last == Self.newline
    var isOverlong = false
    var searched = isEnded ? 1 : 0
    while true {
      let before = buffer.dropLast(searched).lastIndex(of: Self.newline)
      let position = end - off_t(buffer.count)
      if before != nil || position == 0 {
        let start = before.map { $0 + 1 } ?? 0
        let bytes = isOverlong ? [] : Array(buffer[start...].dropLast(isEnded ? 1 : 0))
        buffer.removeSubrange(start...)
        end = position + off_t(start)
        return Line(start: end, end: lineEnd, bytes: bytes, isEnded: isEnded)
      }
      if buffer.count > Self.lineLimit {
        isOverlong = true
        end = position
        buffer = []
      }
      searched = buffer.count
      try fill()
    }
  }

  /// As much again as there is, so that a long line is moved a few times only.
  private mutating func fill() throws(FileFailure) {
    let position = end - off_t(buffer.count)
    let count = Int(min(off_t(max(Self.chunk, buffer.count)), position))
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let read = bytes[filled...].withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, position - off_t(count - filled))
      }
      if read < 0 && errno == EINTR { continue }
      guard read > 0 else { throw FileFailure("cannot be read", name, read < 0 ? errno : EIO) }
      filled += read
    }
    buffer = bytes + buffer
  }
}

import CZlib
import Glibc
import JobWatchFiles
import SystemPackage

/// Cuts a file, or what gzip has compressed in it, into lines, in constant memory.
final class LineReader {
  /// Where the last whole line that was returned ends, in bytes from the beginning.
  private(set) var offset: off_t = 0

  private let descriptor: Int32
  private let name: String
  /// Owns the descriptor; nil for a file that is not compressed.
  private let gzip: gzFile?
  private var buffer: [UInt8] = []
  /// Where the next line begins in `buffer`, and how far it was searched for its end.
  private var start = 0
  private var searched = 0
  private var isOverlong = false
  /// The first bytes of the file, as they were when it was opened.
  private var beginning: ArraySlice<UInt8> = []

  private static let chunk = 65_536
  /// Enough bytes for a line's number and time, which tell it from every other.
  private static let beginningLength = 64
  /// Far more bytes than an event has. A longer line is not jobwatch's, and is returned empty.
  static let lineLimit = 1 << 24

  /// Owns `descriptor`; `name` is for messages.
  init(_ descriptor: Int32, name: String, isCompressed: Bool) throws(FileFailure) {
    self.descriptor = descriptor
    self.name = name
    gzip = isCompressed ? gzdopen(descriptor, "r") : nil
    if isCompressed, gzip == nil { throw FileFailure("cannot be read", name, ENOMEM) }
  }

  deinit {
    if let gzip { gzclose(gzip) } else { close(descriptor) }
  }

  /// After the last line: false for a compressed file that could not be read to its end.
  var isWhole: Bool {
    guard let gzip else { return true }
    var code = Z_OK
    _ = gzerror(gzip, &code)
    // zlib hands out what is not compressed as it is.
    return code == Z_OK && gzdirect(gzip) == 0
  }

  /// The next line without its newline; nil at the end. A line without a newline is left alone.
  func next() throws(FileFailure) -> ArraySlice<UInt8>? {
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = isOverlong ? [] : buffer[start..<end]
        offset += off_t(end + 1 - start)
        start = end + 1
        searched = start
        isOverlong = false
        return line
      }
      searched = buffer.count
      if buffer.count - start > Self.lineLimit {
        isOverlong = true
        offset += off_t(buffer.count - start)
        start = buffer.count
      }
      guard try fill() else { return nil }
    }
  }

  /// Goes back to the end of the last whole line, for a file that has grown since.
  func rewind() {
    buffer = []
    start = 0
    searched = 0
    lseek(descriptor, offset, SEEK_SET)
  }

  /// False for a file that was cut and has grown again: what it held is elsewhere now.
  var isUncut: Bool {
    var bytes = [UInt8](repeating: 0, count: beginning.count)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return count == bytes.count && beginning.elementsEqual(bytes) && lseek(descriptor, 0, SEEK_END) >= offset
  }

  private func fill() throws(FileFailure) -> Bool {
    buffer.removeFirst(start)
    searched -= start
    start = 0
    let bytes = try FileFailure.wrap("cannot be read", name) {
      try [UInt8](unsafeUninitializedCapacity: Self.chunk) { bytes, filled in
        if let gzip {
          filled = max(Int(gzread(gzip, bytes.baseAddress, UInt32(Self.chunk))), 0)
        } else {
          filled = try FileDescriptor(rawValue: descriptor).read(into: UnsafeMutableRawBufferPointer(bytes))
        }
      }
    }
    if beginning.isEmpty { beginning = bytes.prefix(Self.beginningLength) }
    buffer += bytes
    return !bytes.isEmpty
  }
}

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
  /// Nil for a file that is not compressed.
  private let gzip: GzipReader?
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
    gzip = isCompressed ? GzipReader(descriptor) : nil
    if isCompressed, gzip == nil { throw FileFailure("cannot be read", name, ENOMEM) }
  }

  deinit { close(descriptor) }

  /// After the last line: false for a compressed file that could not be read to its end.
  var isWhole: Bool { gzip?.isWhole ?? true }

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
        filled =
          try gzip?.read(into: bytes)
          ?? FileDescriptor(rawValue: descriptor).read(into: UnsafeMutableRawBufferPointer(bytes))
      }
    }
    if beginning.isEmpty { beginning = bytes.prefix(Self.beginningLength) }
    buffer += bytes
    return !bytes.isEmpty
  }
}

/// Decompresses a file as it reads it. zlib's own `gzread` drops what it has decompressed in front of damage.
private final class GzipReader {
  /// So far all ends where gzip's data does.
  private(set) var isWhole = false

  private let descriptor: Int32
  private var isDamaged = false
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
  /// zlib keeps its address.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  /// Nil: there is no memory for it. The descriptor stays the caller's.
  init?(_ descriptor: Int32) {
    self.descriptor = descriptor
    stream.initialize(to: z_stream())
    // The offset asks for the form of gzip.
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, MAX_WBITS + 16, ZLIB_VERSION, size) == Z_OK else { return nil }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  /// The number of bytes that come next; zero at the end, and at damage.
  func read(into output: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    let room = UInt32(output.count)
    (stream.pointee.next_out, stream.pointee.avail_out) = (output.baseAddress, room)
    while stream.pointee.avail_out == room, !isDamaged {
      if stream.pointee.avail_in == 0 {
        let count = try FileDescriptor(rawValue: descriptor).read(into: input)
        if count == 0 { break }
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        // Files that were joined after they had been compressed are one.
        if isWhole { inflateReset(stream) }
      }
      let status = inflate(stream, Z_NO_FLUSH)
      isWhole = status == Z_STREAM_END
      if isWhole, stream.pointee.avail_in > 0 { inflateReset(stream) }
      isDamaged = status != Z_OK && status != Z_STREAM_END
    }
    return Int(room - stream.pointee.avail_out)
  }
}

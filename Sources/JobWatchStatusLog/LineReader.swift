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
  /// Its first `filled` bytes were read.
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: LineReader.chunk, alignment: 1)
  private var filled = 0
  /// Where the next line begins in `buffer`, and how far it was searched for its end.
  private var start = 0
  private var searched = 0
  private var isOverlong = false
  /// The first bytes of the file, as they were when it was opened.
  private var beginning: [UInt8] = []

  private static let chunk = 262_144
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

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// After the last line: false for a compressed file that could not be read to its end.
  var isWhole: Bool { gzip?.isWhole ?? true }

  /// The next line without its newline, valid until the next call; nil at the end. A line without a newline is left alone.
  func next() throws(FileFailure) -> UnsafeRawBufferPointer? {
    while true {
      if let end = newline() {
        let line = isOverlong ? start..<start : start..<end
        offset += off_t(end + 1 - start)
        start = end + 1
        searched = start
        isOverlong = false
        return UnsafeRawBufferPointer(rebasing: buffer[line])
      }
      searched = filled
      if filled - start > Self.lineLimit {
        isOverlong = true
        offset += off_t(filled - start)
        start = filled
      }
      guard try fill() else { return nil }
    }
  }

  private func newline() -> Int? {
    guard searched < filled, let base = buffer.baseAddress else { return nil }
    return memchr(base + searched, CInt(UInt8(ascii: "\n")), filled - searched).map { base.distance(to: $0) }
  }

  /// Goes back to the end of the last whole line, for a file that has grown since.
  func rewind() { seek(to: offset) }

  /// Goes on behind lines that are not wanted, found by halving, so that a file of any length takes some twenty reads.
  ///
  /// Lines of other programs are passed over: only a line whose number leads to the next one's is asked.
  /// - Parameter isEarly: true for the lines up to one of the file's, false for those behind it.
  func skip(_ isEarly: (LogHead) -> Bool) throws(FileFailure) {
    guard gzip == nil else { return }
    // What tells whether the file was cut is its beginning.
    if beginning.isEmpty { _ = try fill() }
    var (low, high) = (offset, lseek(descriptor, 0, SEEK_END))
    while high - low > Self.chunk {
      let middle = low + (high - low) / 2
      seek(to: middle)
      // It may begin in the middle of a line.
      _ = try next()
      guard let line = try numberedLine(within: min(high - middle, 4 * off_t(Self.chunk)), isEarly) else { break }
      if line.isEarly { low = line.start } else { high = middle }
    }
    seek(to: low)
  }

  private func numberedLine(
    within count: off_t, _ isEarly: (LogHead) -> Bool
  ) throws(FileFailure) -> (start: off_t, isEarly: Bool)? {
    let end = offset + count
    var last: (seq: Int64, start: off_t, isEarly: Bool)?
    while offset < end {
      let start = offset
      guard let bytes = try next() else { return nil }
      guard let head = LogHead(bytes) else { continue }
      if let last, last.seq + 1 == head.seq { return (last.start, last.isEarly) }
      last = (head.seq, start, isEarly(head))
    }
    return nil
  }

  /// The same lines from the last to the first; nil for a file that is compressed. Valid as long as this is.
  var reversed: ReverseLineReader? {
    gzip == nil ? ReverseLineReader(FileDescriptor(rawValue: descriptor), name: name) : nil
  }

  private func seek(to offset: off_t) {
    self.offset = offset
    (start, searched, filled, isOverlong) = (0, 0, 0, false)
    lseek(descriptor, offset, SEEK_SET)
  }

  /// False for a file that was cut and has grown again: what it held is elsewhere now.
  var isUncut: Bool {
    var bytes = [UInt8](repeating: 0, count: beginning.count)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return count == bytes.count && beginning.elementsEqual(bytes) && lseek(descriptor, 0, SEEK_END) >= offset
  }

  private func fill() throws(FileFailure) -> Bool {
    makeRoom()
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
    let count = try FileFailure.wrap("cannot be read", name) {
      try gzip?.read(into: room) ?? FileDescriptor(rawValue: descriptor).read(into: room)
    }
    if beginning.isEmpty { beginning = Array(room.prefix(min(count, Self.beginningLength))) }
    filled += count
    return count > 0
  }

  /// The line that has begun comes to the front. It is moved a few times only, because a buffer that it fills is doubled.
  private func makeRoom() {
    let line = UnsafeRawBufferPointer(rebasing: buffer[start..<filled])
    let isFull = line.count > buffer.count / 2
    let room = isFull ? UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * buffer.count, alignment: 1) : buffer
    room.copyMemory(from: line)
    if isFull { buffer.deallocate() }
    (buffer, searched, filled, start) = (room, searched - start, line.count, 0)
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
  func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    let room = UInt32(clamping: output.count)
    (stream.pointee.next_out, stream.pointee.avail_out) = (
      output.baseAddress?.assumingMemoryBound(to: UInt8.self), room
    )
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

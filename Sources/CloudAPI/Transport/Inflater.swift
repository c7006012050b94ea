import CZlib

/// The content of a compressed stream, as far as it can be read: the one place that knows zlib.
struct Inflated: Hashable {
  enum End: Hashable {
    case whole
    case tooLong
    case brokenOff
    /// It is no compressed data from some byte on, or fails its own checksum.
    case damaged
  }

  private(set) var bytes: [UInt8] = []
  var end = End.damaged

  /// Bytes that are made room for at a time: a stream that would grow a thousandfold costs no more than `limit` and
  /// this.
  private static let chunk = 65_536

  /// - Parameters:
  ///   - isRaw: deflate with nothing around it. Else gzip (one member or several; anything else behind them is passed
  ///     over, as gzip(1) does) or zlib, whichever its mark says, because some senders take one for the other.
  ///   - limit: of `bytes`; no more is decompressed.
  init(_ data: [UInt8], isRaw: Bool = false, limit: Int) {
    var stream = z_stream()
    var data = data
    // zlib keeps the stream's address, and compares.
    withUnsafeMutablePointer(to: &stream) { stream in
      // The window's size, and the form by an offset or the sign.
      let bits = isRaw ? -MAX_WBITS : MAX_WBITS + 32
      let size = Int32(MemoryLayout<z_stream>.size)
      guard inflateInit2_(stream, bits, ZLIB_VERSION, size) == Z_OK else { return }
      defer { inflateEnd(stream) }
      data.withUnsafeMutableBufferPointer { input in
        stream.pointee.next_in = input.baseAddress
        stream.pointee.avail_in = UInt32(clamping: input.count)
        read(stream, isRaw, limit)
      }
    }
  }

  private mutating func read(_ stream: UnsafeMutablePointer<z_stream>, _ isRaw: Bool, _ limit: Int) {
    var members = 0
    var memberStart = 0
    while true {
      let status = step(stream, limit)
      if bytes.count > limit {
        bytes.removeLast(bytes.count - limit)
        end = .tooLong
        return
      }
      switch status {
      case Z_OK: continue
      case Z_STREAM_END:
        members += 1
        memberStart = bytes.count
        if !isRaw, stream.pointee.avail_in > 0, inflateReset(stream) == Z_OK { continue }
        end = .whole
      default:
        let isForeign = members > 0 && bytes.count == memberStart
        end = isForeign ? .whole : status == Z_BUF_ERROR ? .brokenOff : .damaged
      }
      return
    }
  }

  /// Decompresses up to one byte beyond the limit, which shows that there is more.
  private mutating func step(_ stream: UnsafeMutablePointer<z_stream>, _ limit: Int) -> Int32 {
    let room = min(Self.chunk, limit + 1 - bytes.count)
    var status = Z_OK
    bytes += [UInt8](unsafeUninitializedCapacity: room) { output, count in
      stream.pointee.next_out = output.baseAddress
      stream.pointee.avail_out = UInt32(room)
      status = inflate(stream, Z_NO_FLUSH)
      count = room - Int(stream.pointee.avail_out)
    }
    return status
  }
}

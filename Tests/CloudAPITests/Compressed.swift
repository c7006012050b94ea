import CZlib

/// Compressed data, as servers send it.
enum Compressed {
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    deflate(bytes, windowBits: MAX_WBITS + 16)
  }
  static func zlib(_ bytes: [UInt8]) -> [UInt8] { deflate(bytes, windowBits: MAX_WBITS) }
  static func raw(_ bytes: [UInt8]) -> [UInt8] { deflate(bytes, windowBits: -MAX_WBITS) }

  private static func deflate(_ bytes: [UInt8], windowBits: Int32) -> [UInt8] {
    var stream = z_stream()
    var input = bytes
    return withUnsafeMutablePointer(to: &stream) { stream in
      deflateInit2_(
        stream, Z_BEST_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
      defer { deflateEnd(stream) }
      let bound = Int(deflateBound(stream, UInt(bytes.count)))
      return input.withUnsafeMutableBufferPointer { input in
        [UInt8](unsafeUninitializedCapacity: bound) { output, count in
          stream.pointee.next_in = input.baseAddress
          stream.pointee.avail_in = UInt32(input.count)
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(bound)
          CZlib.deflate(stream, Z_FINISH)
          count = bound - Int(stream.pointee.avail_out)
        }
      }
    }
  }
}

import CZlib
import Glibc
import SystemPackage

/// A file without a name.
final class ScratchFile {
  let descriptor: FileDescriptor

  init(_ bytes: ArraySlice<UInt8>) throws {
    let path = "\(ScratchLog.parent)/jobwatch-fuzz-\(getpid())-\(UInt64.random(in: .min ... .max))"
    descriptor = try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
    unlink(path)
    try append(bytes)
  }

  deinit { close(descriptor.rawValue) }

  func append(_ bytes: ArraySlice<UInt8>) throws {
    try descriptor.seek(offset: 0, from: .end)
    try descriptor.writeAll(bytes)
  }

  /// A descriptor of its own for a reader, which closes it, at the beginning.
  func opened() throws -> Int32 {
    let path = "/proc/self/fd/\(descriptor.rawValue)"
    return try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec).rawValue
  }
}

/// A directory with a log and what it is rotated to, which goes with the last reference to it.
final class ScratchLog {
  static let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"

  private let directory: String
  private var rotated = 0
  var path: String { directory + "/status.log" }

  init() throws {
    directory = "\(Self.parent)/jobwatch-fuzz-\(getpid())-\(UInt64.random(in: .min ... .max))"
    guard mkdir(directory, 0o700) == 0 else { throw Errno(rawValue: errno) }
    try append([])
  }

  deinit {
    unlink(path)
    unlink(path + ".1")
    for number in 0...rotated { unlink("\(path).\(number + 2).gz") }
    rmdir(directory)
  }

  func append(_ bytes: some Sequence<UInt8>) throws {
    let file = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(bytes) }
  }

  /// As logrotate does it with `compress` and `delaycompress`.
  func rotate(_ compress: (ArraySlice<UInt8>) throws -> [UInt8]) throws {
    if rotated > 0 {
      for number in stride(from: rotated, to: 1, by: -1) {
        rename("\(path).\(number).gz", "\(path).\(number + 1).gz")
      }
      let old = try FileDescriptor.open(FilePath(path + ".1"), .readOnly, options: .closeOnExec)
      let new = try FileDescriptor.open(
        FilePath(path + ".2.gz"), .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
      try old.closeAfter {
        let length = try old.seek(offset: 0, from: .end)
        let bytes = try [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
          count = try old.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
        }
        try new.closeAfter { _ = try new.writeAll(try compress(bytes[...])) }
      }
    }
    guard rename(path, path + ".1") == 0 else { throw Errno(rawValue: errno) }
    rotated += 1
  }
}

/// As gzip(1) makes it.
func gzip(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
  var stream = z_stream()
  let size = Int32(MemoryLayout<z_stream>.size)
  guard deflateInit2_(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
    throw Errno.noMemory
  }
  defer { deflateEnd(&stream) }
  var input = Array(bytes)
  return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(input.count)))) { output, count in
    input.withUnsafeMutableBufferPointer { input in
      (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
      (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
      deflate(&stream, Z_FINISH)
    }
    count = output.count - Int(stream.avail_out)
  }
}

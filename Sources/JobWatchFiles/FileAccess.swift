import Glibc
import SystemPackage

extension FileDescriptor {
  /// The bytes from `offset` on, at most `count`; fewer at the end of the file.
  package func bytes(upTo count: Int, from offset: Int64 = 0) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let buffer = UnsafeMutableRawBufferPointer(buffer)
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        let read = try read(fromAbsoluteOffset: offset + Int64(filled), into: rest)
        if read == 0 { break }
        filled += read
      }
    }
  }
}

package enum Directory {
  /// The names of the entries of a directory, in no order, byte for byte as the file system has them.
  package static func names(in directory: String) throws(FileFailure) -> [[UInt8]] {
    guard let stream = opendir(directory) else { throw FileFailure("cannot be listed", directory, errno) }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      names.append(withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) })
    }
    guard errno == 0 else { throw FileFailure("cannot be listed", directory, errno) }
    return names
  }

  package static func parent(of path: String) -> String {
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    return parent.isEmpty ? "/" : parent
  }

  /// Flushes the directory of `path`: until then a power cut may take a new name away, and the file with it.
  package static func syncParent(_ path: String) throws(FileFailure) {
    let directory = open(parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw FileFailure("has a directory that cannot be opened", path, errno) }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw FileFailure("has a directory that cannot be flushed", path, errno) }
  }
}

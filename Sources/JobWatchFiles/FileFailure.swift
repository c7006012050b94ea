import Glibc
import SystemPackage

/// A failed file operation: its path, the system's reason, and the cure.
package struct FileFailure: Error, Sendable, CustomStringConvertible {
  package var description: String
  package var code: Int32

  /// It may pass without a person: a full disk, or too many open files.
  package var mayPass: Bool {
    [ENOSPC, EDQUOT, EROFS, EMFILE, ENFILE, EIO, ENOMEM].contains(code)
  }

  /// Trying again would not help.
  package var isDenied: Bool { [EACCES, EPERM, ENOTEMPTY].contains(code) }

  package init(_ problem: String, _ path: String, _ code: Int32) {
    self.code = code
    let cure =
      switch code {
      case ENOSPC, EDQUOT: ": free some space"
      case EACCES: ": let the service's user read and write it"
      case EPERM:
        ": let the service's user read and write it; lsattr says whether it is marked as not to be changed"
      case ENOENT: ": create its directory"
      case EISDIR, ENXIO: ": move away what is there, or name another file"
      case ENOTDIR: ": move away what is there, or name another place"
      // Also the error of a service whose directory was made again while it runs, or is not named in its unit.
      case EROFS:
        ": mount its file system for writing; where it is, restart jobwatch, and if it is no default "
          + "place add it to ReadWritePaths= (systemctl edit jobwatch)"
      default: ""
      }
    description = "\(path) \(problem): \(String(cString: strerror(code)))\(cure)"
  }

  /// The path leads to a FIFO, a device, or another thing that keeps no lines.
  package init(notPlain path: String) {
    code = EINVAL
    description =
      "\(path) is no plain file: move it away, or name another file (jobwatch log --follow feeds whoever "
      + "wants to read along)"
  }

  /// The path is another file of jobwatch's, which the log would move away or spoil.
  package init(alreadyUsedAs what: String, _ path: String) {
    code = EEXIST
    description = "\(path) is \(what), and cannot be the status log: name another file"
  }

  /// What `body` returns, or its `Errno` with path and cure.
  package static func wrap<Value>(
    _ problem: String, _ path: String, _ body: () throws -> Value
  ) throws(FileFailure) -> Value {
    do {
      return try body()
    } catch {
      throw FileFailure(problem, path, (error as? Errno ?? .ioError).rawValue)
    }
  }
}

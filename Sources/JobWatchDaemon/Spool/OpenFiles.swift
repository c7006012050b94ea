import Foundation
import Glibc

/// What the processes into which this one may look have open.
enum OpenFiles {
  typealias File = SpoolDirectory.Identity.File

  /// Whether one of them has `file` open for writing. For where a lease cannot tell: it takes a look at every
  /// descriptor of every process.
  static func hasWriter(_ file: File) -> Bool {
    entries("/proc").lazy.filter { Int($0) != nil }.contains { process in
      entries("/proc/\(process)/fd").contains { descriptor in
        var status = stat()
        return stat("/proc/\(process)/fd/\(descriptor)", &status) == 0
          && SpoolDirectory.Identity(status).file == file
          && isForWriting("/proc/\(process)/fdinfo/\(descriptor)")
      }
    }
  }

  /// The line `flags:` has them in octal.
  private static func isForWriting(_ information: String) -> Bool {
    guard let content = FileManager.default.contents(atPath: information) else { return false }
    let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("flags:") }),
      let flags = Int32(line.dropFirst(6).drop { $0 == " " || $0 == "\t" }, radix: 8)
    else { return false }
    return flags & O_ACCMODE != O_RDONLY
  }

  /// None of what may not be looked at.
  private static func entries(_ directory: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  }
}

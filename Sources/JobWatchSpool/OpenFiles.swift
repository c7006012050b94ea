import Foundation
import Glibc

/// What the processes into which this one may look have open for writing, when that is asked for first.
package struct OpenFiles: Sendable {
  package typealias File = SpoolDirectory.Identity.File

  private var written: Set<File>?

  package init() {}

  /// Whether one of them has `file` open for writing. For where a lease cannot tell: it takes a look at every
  /// descriptor of every process, once for all files.
  package mutating func hasWriter(_ file: File) -> Bool {
    let files = written ?? Self.written()
    written = files
    return files.contains(file)
  }

  private static func written() -> Set<File> {
    var files: Set<File> = []
    for process in entries("/proc") where Int(process) != nil {
      for descriptor in entries("/proc/\(process)/fd") {
        var status = stat()
        guard stat("/proc/\(process)/fd/\(descriptor)", &status) == 0,
          status.st_mode & S_IFMT == S_IFREG,
          isForWriting("/proc/\(process)/fdinfo/\(descriptor)")
        else { continue }
        files.insert(SpoolDirectory.Identity(status).file)
      }
    }
    return files
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

import Foundation
import Glibc

/// The files that other processes have open for writing, as far as this process may see, at the time of the first
/// question.
package struct OpenFiles: Sendable {
  package typealias File = SpoolDirectory.Identity.File

  private var written: Set<File>?

  package init() {}

  /// Whether a process has `file` open for writing. It reads every descriptor of every process, once for all files,
  /// and is asked only where a lease proves nothing.
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

  /// Empty for a directory that may not be read.
  private static func entries(_ directory: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  }
}

import Foundation
import Glibc
import JobWatchFiles

/// Where a path leads to, whether or not a file is there.
struct FilePlace {
  /// With all links followed, as far as the directories exist.
  let path: String
  /// Device and inode of a file that is there.
  private let identity: [UInt]?

  init(_ path: String) {
    self.path = Self.resolved(Self.target(of: path))
    var status = stat()
    identity = stat(path, &status) == 0 ? [status.st_dev, status.st_ino] : nil
  }

  /// One file may have several names.
  func isSame(as other: FilePlace) -> Bool { path == other.path || (identity != nil && identity == other.identity) }

  /// The end of a chain of links, which may lead nowhere; `path` itself where it is no link. Follows 40 links, as the
  /// kernel does.
  static func target(of path: String) -> String {
    var path = path
    for _ in 0..<40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
      path = next.hasPrefix("/") ? next : Directory.parent(of: path) + "/" + next
    }
    return path
  }

  private static func resolved(_ path: String) -> String {
    let parent = Directory.parent(of: path)
    if let whole = real(path) ?? (parent == path ? path : nil) { return whole }
    let base = resolved(parent)
    return (base == "/" ? "" : base) + "/" + (path.split(separator: "/").last ?? "")
  }

  /// realpath(3); nil where nothing is there.
  static func real(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}

import Foundation
import Glibc

/// Where a path leads to, whether or not a file is there.
struct FilePlace {
  /// With all links followed, as far as the directories exist.
  let path: String
  private let device: UInt64?
  private let inode: UInt64?

  init(_ path: String) {
    self.path = Self.resolved(Self.target(of: path))
    var status = stat()
    let isThere = stat(path, &status) == 0
    device = isThere ? UInt64(status.st_dev) : nil
    inode = isThere ? UInt64(status.st_ino) : nil
  }

  /// One file may have several names.
  func isSame(as other: FilePlace) -> Bool {
    path == other.path || (inode != nil && inode == other.inode && device == other.device)
  }

  /// The end of a chain of links, which may lead nowhere; `path` itself where it is no link. Follows 40 links, as the
  /// kernel does.
  static func target(of path: String) -> String {
    var path = path
    for _ in 0..<40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
        break
      }
      path = next.hasPrefix("/") ? next : NeededDirectory.parent(of: path) + "/" + next
    }
    return path
  }

  private static func resolved(_ path: String) -> String {
    if let whole = real(path) { return whole }
    let parent = NeededDirectory.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    if let parent = real(parent) { return parent == "/" ? "/" + name : parent + "/" + name }
    return parent == "/" || parent == "." ? path : resolved(parent) + "/" + name
  }

  /// realpath(3); nil where nothing is there.
  static func real(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}

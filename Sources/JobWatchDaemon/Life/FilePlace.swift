import Glibc

/// Where a path leads to, whether or not a file is there.
struct FilePlace {
  /// Behind all links of the last name, and of the directories where they are there.
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

  func isWithin(_ directory: FilePlace) -> Bool { path.hasPrefix(directory.path + "/") }

  /// What a link names that leads nowhere; `path` itself where it is none. The kernel follows as many.
  static func target(of path: String) -> String {
    var path = path
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(path, &buffer, buffer.count)
      guard count > 0 else { break }
      let next = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      path = next.hasPrefix("/") ? next : NeededDirectory.parent(of: path) + "/" + next
    }
    return path
  }

  private static func resolved(_ path: String) -> String {
    if let whole = real(path) { return whole }
    let parent = NeededDirectory.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    if let parent = real(parent) { return parent == "/" ? "/" + name : parent + "/" + name }
    // Its directory is not there either.
    return parent == "/" || parent == "." ? path : resolved(parent) + "/" + name
  }

  private static func real(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  /// Whether the file is one of SQLite's, of whatever program.
  static func isDatabase(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    let magic = Array("SQLite format 3\0".utf8)
    var bytes = [UInt8](repeating: 0, count: magic.count)
    return pread(file, &bytes, bytes.count, 0) == bytes.count && bytes == magic
  }
}

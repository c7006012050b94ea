import Foundation
import Glibc
import JobWatchCore

/// The spool on disk: `incoming/` to read from, `rejected/` for what cannot be taken.
struct SpoolDirectory: Sendable {
  let incoming: String
  let rejected: String

  init(path: String) {
    incoming = path + "/incoming"
    rejected = path + "/rejected"
  }

  /// A name in `incoming/`, byte for byte as the file system has it, which need not be text.
  struct Name: Hashable, Sendable, Comparable, CustomStringConvertible {
    var bytes: [UInt8]

    /// For people and for the names of new files: control characters, slashes and broken UTF-8 are replaced.
    var description: String {
      String(
        String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
          let isPlain = scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/"
          return isPlain ? Character(scalar) : "?"
        })
    }

    /// Names that submitters write before they rename.
    var isTemporary: Bool {
      bytes.first == UInt8(ascii: ".") || bytes.suffix(4) == Array(".tmp".utf8)[...]
    }

    private static let ownPrefix = Array("taken-".utf8)

    /// A name that no other file has: of a file that is being cleared away.
    fileprivate init(ownedBy identity: Identity) {
      bytes =
        Self.ownPrefix
        + Array("\(identity.inode)-\(UInt32.random(in: 0 ... .max))".utf8)
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Given by `claim`, so that its arrival is no news.
    var isOwn: Bool { bytes.starts(with: Self.ownPrefix) }

    static func < (left: Name, right: Name) -> Bool {
      left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    func path(in directory: String) -> [CChar] {
      (Array(directory.utf8) + [UInt8(ascii: "/")] + bytes + [0]).map { CChar(bitPattern: $0) }
    }
  }

  /// What stands under a name.
  enum Content: Sendable {
    case bytes([UInt8], Identity)
    /// Not whole yet, perhaps: it was written in place less than a second ago.
    case fresh(until: Timestamp)
    case gone
    case unacceptable(String)
    /// Just now, for a reason of the system's, which is no fault of the file.
    case unreadable(FileFailure)
  }

  /// Tells a file that was read from one that has since taken its name, or was written to.
  struct Identity: Hashable, Sendable {
    fileprivate var inode: UInt64
    fileprivate var size: Int64
    fileprivate var modified: [Int]
    let owner: SpoolOwner

    /// The same for the same file until it is written to, whatever its name.
    var fingerprint: String { "\(inode):\(modified[0]).\(modified[1]):\(size)" }

    fileprivate init(_ status: stat) {
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
      owner = SpoolOwner(uid: status.st_uid)
    }
  }

  /// How long a file that nobody announced as whole must have rested.
  private static let rest = Duration.seconds(1)

  /// Creates both directories where the spool's own directory exists. A file in the place of `rejected/` is kept beside it:
  /// where nothing can be rejected, a bad file would stand in the way for ever.
  func prepare() throws(FileFailure) {
    var status = stat()
    if stat(rejected, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
      var number = 1
      while lstat("\(rejected).aside-\(number)", &status) == 0 { number += 1 }
      rename(rejected, "\(rejected).aside-\(number)")
    }
    for path in [incoming, rejected] {
      guard mkdir(path, 0o750) == 0 || errno == EEXIST else {
        throw FileFailure("cannot be created", path, errno)
      }
    }
  }

  /// Every name but temporary ones, in order.
  func names() throws(FileFailure) -> [Name] {
    guard let stream = opendir(incoming) else {
      throw FileFailure("cannot be listed", incoming, errno)
    }
    defer { closedir(stream) }
    var names: [Name] = []
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let name = Name(bytes: bytes)
      if !name.isTemporary { names.append(name) }
    }
    return names.sorted()
  }

  /// - Parameter isWhole: its arrival was announced by a rename or a close.
  func content(of name: Name, isWhole: Bool, at now: Timestamp) -> Content {
    // Neither follows a link nor waits for a FIFO's other end.
    let file = open(name.path(in: incoming), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return unopened(name, errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return unopened(name, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .unacceptable(
        "it is not a plain file: write a plain file and rename it into incoming/")
    }
    guard status.st_size <= SpoolFile.sizeLimit else {
      return .unacceptable(
        "it is larger than \(SpoolFile.sizeLimit >> 20) MiB: split it into smaller files")
    }
    let written = Timestamp(
      milliseconds: Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000)
    // A time in the future, by a clock that was wrong, must not keep a file waiting.
    if !isWhole, written <= now, now - written < Self.rest {
      return .fresh(until: written + Self.rest)
    }
    return read(file, name, Identity(status))
  }

  private func read(_ file: Int32, _ name: Name, _ identity: Identity) -> Content {
    var bytes = [UInt8](repeating: 0, count: Int(identity.size) + 1)
    var count = 0
    while count < bytes.count {
      let read = bytes[count...].withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress, $0.count)
      }
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { return unopened(name, errno) }
      if read == 0 { break }
      count += read
    }
    return .bytes(Array(bytes.prefix(count)), identity)
  }

  private func unopened(_ name: Name, _ code: Int32) -> Content {
    switch code {
    case ENOENT: .gone
    case ELOOP: .unacceptable("it is a symbolic link: write the file itself into incoming/")
    case ENXIO: .unacceptable("it is a socket: write a plain file and rename it into incoming/")
    case EACCES, EPERM:
      .unacceptable("the daemon may not read it: make it readable, mode 0644, before the rename")
    default: .unreadable(FileFailure("cannot be read", "\(incoming)/\(name)", code))
    }
  }

  /// Takes the file that was read, and only that one, under a name of our own: a submitter that uses a name again may
  /// have put another file under it meanwhile. Our name is read like any other: what turns out to be another file
  /// stays there and is taken in next. Nil then, and when the file is gone.
  private func claim(_ name: Name, _ identity: Identity) throws(FileFailure) -> Name? {
    let own = Name(ownedBy: identity)
    guard rename(name.path(in: incoming), own.path(in: incoming)) == 0 else {
      if errno == ENOENT { return nil }
      throw FileFailure("cannot be renamed", "\(incoming)/\(name)", errno)
    }
    var status = stat()
    guard lstat(own.path(in: incoming), &status) == 0, Identity(status) == identity else {
      return nil
    }
    return own
  }

  /// Removes a file whose jobs are committed.
  func remove(_ name: Name, _ identity: Identity) throws(FileFailure) {
    guard let own = try claim(name, identity) else { return }
    guard unlink(own.path(in: incoming)) == 0 || errno == ENOENT else {
      throw FileFailure("cannot be removed", "\(incoming)/\(own)", errno)
    }
  }

  /// Moves a file to `rejected/`, with its reason beside it, written first: there is no rejected file without one.
  /// - Parameter identity: nil for what is no file that could be read.
  func reject(_ name: Name, _ identity: Identity?, reason: String) throws {
    var source = name
    if let identity {
      guard let own = try claim(name, identity) else { return }
      source = own
    }
    let target = freeName(for: name)
    try Data((reason + "\n").utf8)
      .write(to: URL(fileURLWithPath: "\(rejected)/\(target).reason"), options: .atomic)
    guard rename(source.path(in: incoming), "\(rejected)/\(target)") == 0 || errno == ENOENT else {
      throw FileFailure("cannot be moved to rejected/", "\(incoming)/\(name)", errno)
    }
  }

  /// At most 200 bytes, so that `.reason` and a number still fit into the 255 that a file's name may have. Each broken
  /// byte of a name has become three.
  private static func shortened(_ name: String) -> String {
    var name = name
    while name.utf8.count > 200 { name.removeLast() }
    return name
  }

  /// The same name, or with a number where it is taken.
  private func freeName(for name: Name) -> String {
    let plain = Self.shortened(name.description)
    var candidate = plain
    var count = 1
    var status = stat()
    while count < 10_000,
      lstat("\(rejected)/\(candidate)", &status) == 0
        // A reason that a crash left without its file is replaced; a directory of its name cannot be.
        || lstat("\(rejected)/\(candidate).reason", &status) == 0
          && status.st_mode & S_IFMT == S_IFDIR
    {
      count += 1
      candidate = "\(plain).\(count)"
    }
    return candidate
  }

  /// Of what is no file that could be read.
  func fingerprint(of name: Name) -> String {
    var status = stat()
    lstat(name.path(in: incoming), &status)
    return Identity(status).fingerprint
  }
}

import Foundation
import Glibc
import JobWatchFiles

/// The spool on disk: `incoming/` to read from, `rejected/` for what cannot be taken.
package struct SpoolDirectory: Sendable {
  package let incoming: String
  package let rejected: String
  private let random: @Sendable () -> UInt32

  /// - Parameter random: makes the names unique under which files are taken.
  package init(path: String, random: @escaping @Sendable () -> UInt32 = { .random(in: 0 ... .max) })
  {
    self.random = random
    incoming = path + "/incoming"
    rejected = path + "/rejected"
  }

  /// All names except temporary ones, in the order of the submitters' names.
  package func names() throws(FileFailure) -> [Name] {
    try DirectoryEntry.list(incoming).map { Name(bytes: $0.bytes) }.filter { !$0.isTemporary }
      .sorted()
  }

  /// A descriptor, or -1 and `errno`. Follows no link, and does not wait for the other end of a FIFO.
  package func open(_ name: Name) -> Int32 {
    Glibc.open(name.path(in: incoming), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
  }

  /// The result of renaming a file to a name of the daemon's own.
  package enum Claim {
    case taken(Name)
    /// Another file had the name by then; it now has a name of the daemon's.
    case swapped
    case gone
    case refused(FileFailure)
  }

  /// Renames the file of `identity` to a name of the daemon's own. A submitter may have put another file under the name
  /// meanwhile; the next scan reads that one.
  package func claim(_ name: Name, _ identity: Identity) -> Claim {
    if name.isTaken(identity.file.inode) { return .taken(name) }
    let own = Name(taking: identity.file.inode, of: name, chance: random())
    guard rename(name.path(in: incoming), own.path(in: incoming)) == 0 else {
      if errno == ENOENT { return .gone }
      return .refused(FileFailure("cannot be renamed", "\(incoming)/\(name.text)", errno))
    }
    var status = stat()
    guard lstat(own.path(in: incoming), &status) == 0, Identity(status).file == identity.file
    else { return .swapped }
    return .taken(own)
  }

  /// The result of clearing away a file whose jobs are committed.
  package enum Outcome: Sendable {
    case done
    /// It is open for writing.
    case open
    /// It changed since it was read.
    case changed
    /// It is unchanged, and whether it is open cannot be detected: it stays for a rest.
    case resting
  }

  /// Removes the file that was read, unless more may have been written to it.
  /// - Parameter hasRested: it may go although its writers cannot be detected.
  package func remove(
    _ name: Name, _ identity: Identity, _ detector: WriterDetector, hasRested: Bool = false
  ) throws -> Outcome {
    try clear(name, identity, detector, hasRested) { own in
      guard unlink(own.path(in: incoming)) == 0 || errno == ENOENT else {
        throw FileFailure("cannot be removed", "\(incoming)/\(own.text)", errno)
      }
    }
  }

  /// Moves a file to `rejected/`. Its reason is written beside it first, because no rejected file may lack one.
  /// - Parameter identity: nil for anything but a plain file that could be read.
  package func reject(
    _ name: Name, _ identity: Identity?, _ detector: WriterDetector, hasRested: Bool = false,
    reason: String
  ) throws -> Outcome {
    guard let identity else {
      try setAside(name, reason)
      return .done
    }
    return try clear(name, identity, detector, hasRested) { try setAside($0, reason) }
  }

  /// Does `action` with a file that is unchanged since it was read, while nobody can write to it. The file has had the
  /// daemon's name for a while, so that no program is still about to open it by the submitter's.
  private func clear(
    _ name: Name, _ identity: Identity, _ detector: WriterDetector, _ hasRested: Bool,
    by action: (Name) throws -> Void
  ) throws -> Outcome {
    let own: Name
    switch claim(name, identity) {
    case .taken(let name): own = name
    case .gone: return .done
    case .swapped: return .changed
    case .refused(let failure): throw failure
    }
    let file = open(own)
    guard file >= 0 else {
      if errno == ENOENT { return .done }
      throw FileFailure("cannot be read", "\(incoming)/\(own.text)", errno)
    }
    defer { close(file) }
    let result = detector.checkAndHold(file)
    if result == .open { return .open }
    var status = stat()
    guard fstat(file, &status) == 0, Identity(status) == identity else { return .changed }
    if case .unknown = result, !hasRested { return .resting }
    try action(own)
    return .done
  }

  private func setAside(_ name: Name, _ reason: String) throws {
    let target = freeName(for: name)
    try Data((reason + "\n").utf8)
      .write(to: URL(fileURLWithPath: "\(rejected)/\(target).reason"), options: .atomic)
    guard rename(name.path(in: incoming), "\(rejected)/\(target)") == 0 || errno == ENOENT else {
      throw FileFailure("cannot be moved to rejected/", "\(incoming)/\(name.text)", errno)
    }
  }

  /// At most 200 bytes, because `.reason` and a number must fit into the 255 bytes of a name. Each broken byte of a
  /// name has become three.
  private static func shortened(_ name: String) -> String {
    var name = name
    while name.utf8.count > 200 { name.removeLast() }
    return name
  }

  /// The submitter's name, with a number if that is taken.
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

  /// The fingerprint of what is not a plain file that could be read.
  package func fingerprint(of name: Name) -> String {
    var status = stat()
    lstat(name.path(in: incoming), &status)
    return Identity(status).fingerprint
  }
}

import Foundation
import Glibc
import JobWatchFiles
import SystemPackage

/// The spool on disk: `incoming/` to read from, `rejected/` for what cannot be taken.
package struct SpoolDirectory: Sendable {
  package let incoming: String
  package let rejected: String
  let detector: WriterDetector
  private let random: @Sendable () -> UInt32

  /// - Parameters:
  ///   - detector: nil: what the file system of `incoming/` allows, if that is there already.
  ///   - random: a part of the names that the daemon gives to files.
  package init(
    path: String, detector: WriterDetector? = nil,
    random: @escaping @Sendable () -> UInt32 = { .random(in: 0 ... .max) }
  ) {
    (incoming, rejected) = (path + "/incoming", path + "/rejected")
    self.detector = detector ?? WriterDetector(of: incoming)
    self.random = random
  }

  /// All names except temporary ones, in the order of the submitters' names.
  package func names() throws(FileFailure) -> [Name] {
    try Directory.names(in: incoming).map(Name.init(bytes:)).filter { !$0.isTemporary }.sorted()
  }

  /// A descriptor, or -1 and `errno`. Follows no link and waits for no FIFO.
  func open(_ name: Name) -> Int32 {
    Glibc.open(name.path(in: incoming), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
  }

  func failure(_ problem: String, _ name: Name, _ code: Int32 = errno) -> FileFailure {
    FileFailure(problem, "\(incoming)/\(name.text)", code)
  }

  package enum Claim {
    case taken(Name)
    /// Another file had the name by then, and was renamed.
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
      return errno == ENOENT ? .gone : .refused(failure("cannot be renamed", name))
    }
    var status = stat()
    let isSame = lstat(own.path(in: incoming), &status) == 0 && Identity(status).file == identity.file
    return isSame ? .taken(own) : .swapped
  }

  /// The result of clearing away a file whose jobs are committed.
  package enum Outcome: Sendable {
    /// `open` for writing; `changed` since it was read.
    case done, open, changed
    /// It is unchanged, and whether it is open cannot be detected: it stays for a rest.
    case resting
  }

  /// Removes the file that was read, unless more may have been written to it.
  /// - Parameter hasRested: it may go although its writers cannot be detected.
  package func remove(_ name: Name, _ identity: Identity, hasRested: Bool = false) throws -> Outcome {
    try clear(name, identity, hasRested) { own in
      guard unlink(own.path(in: incoming)) == 0 || errno == ENOENT else { throw failure("cannot be removed", own) }
    }
  }

  /// Moves a file to `rejected/`. Its reason is written beside it first, because no rejected file may lack one.
  /// - Parameter identity: nil for anything but a plain file that could be read.
  package func reject(_ name: Name, _ identity: Identity?, reason: String) throws -> Outcome {
    guard let identity else {
      try setAside(name, reason)
      return .done
    }
    // Its writers need not be detectable, because it is kept, with all that is still written to it.
    return try clear(name, identity, true) { try setAside($0, reason) }
  }

  /// Does `action` with a file that is unchanged since it was read, while nobody can write to it. The file has
  /// had the daemon's name for a while, so no program is about to open it by the submitter's.
  private func clear(
    _ name: Name, _ identity: Identity, _ hasRested: Bool, by action: (Name) throws -> Void
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
      throw failure("cannot be read", own)
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
    let target = "\(rejected)/\(freeName(for: name))"
    try put(reason + "\n", as: target + ".reason")
    try flush(name)
    guard rename(name.path(in: incoming), target) == 0 || errno == ENOENT else {
      throw failure("cannot be moved to rejected/", name)
    }
    try Directory.syncParent(target)
  }

  /// What is rejected is told, and must be there after a power cut, though its submitter may not have flushed it.
  private func flush(_ name: Name) throws {
    let file = open(name)
    // What is no file, or nobody may read, has nothing to flush.
    if file < 0, ![EMFILE, ENFILE].contains(errno) { return }
    defer { if file >= 0 { close(file) } }
    guard file >= 0, fsync(file) == 0 || errno == EINVAL else { throw failure("cannot be flushed", name) }
  }

  /// By one temporary name, so that a later rejection replaces what a crash leaves of it.
  private func put(_ text: String, as path: String) throws {
    let temporary = rejected + "/.reason.tmp"
    unlink(temporary)
    try FileFailure.wrap("cannot be written", path) {
      try SpoolWriter.put(Data(text.utf8), temporary)
      guard rename(temporary, path) == 0 else { throw Errno(rawValue: errno) }
    }
  }

  /// The submitter's name, with a number if that is taken.
  private func freeName(for name: Name) -> String {
    // `.reason` and a number must fit into the 255 bytes of a name. Each broken byte of a name has become three.
    var plain = name.description
    while plain.utf8.count > 200 { plain.removeLast() }
    let names = (1...9_999).lazy.map { $0 == 1 ? plain : "\(plain).\($0)" }
    return names.first(where: isFree) ?? "\(plain).10000"
  }

  private func isFree(_ name: String) -> Bool {
    var status = stat()
    if lstat("\(rejected)/\(name)", &status) == 0 { return false }
    // A reason that a crash left without its file is replaced; a directory of its name cannot be.
    return lstat("\(rejected)/\(name).reason", &status) != 0 || status.st_mode & S_IFMT != S_IFDIR
  }

  /// The fingerprint of what is not a plain file that could be read.
  package func fingerprint(of name: Name) -> String {
    var status = stat()
    lstat(name.path(in: incoming), &status)
    return Identity(status).fingerprint
  }
}

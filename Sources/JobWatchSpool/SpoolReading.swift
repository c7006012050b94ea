import Glibc
import JobWatchCore
import JobWatchFiles
import SystemPackage

/// Reads the files in `incoming/` that are whole.
extension SpoolDirectory {
  package enum Content: Sendable {
    /// The bytes of a whole file, its name, and the state in which it was read.
    case bytes([UInt8], Name, Identity)
    /// Nobody has it open, but it was written in place less than a second ago: a program may be about to open it.
    case fresh(until: Timestamp)
    /// For writing.
    case open(Name, Identity)
    /// It was not announced as whole, and whether it is open cannot be detected.
    case unsure(Identity, because: String)
    case gone
    /// Another file took the name, or the file was written to while it was read: read it again.
    case swapped
    /// The identity is nil for anything but a plain file that the daemon may read.
    case unacceptable(String, Name, Identity?)
    /// A failure of the system's, which may pass.
    case unreadable(FileFailure)
  }

  /// A file that was not announced as whole must be this old: between its creation and the moment in which its writer
  /// has it open, no lease shows the writer.
  private static let leastAge = Duration.seconds(1)

  /// - Parameters:
  ///   - isWhole: a rename or a close announced it, or it has rested long enough.
  ///   - isShared: a close announced it: if it is still open, several programs write to it.
  package func content(of name: Name, isWhole: Bool, isShared: Bool = false, at now: Timestamp) -> Content {
    let file = open(name)
    guard file >= 0 else { return unopened(name, errno, isWhole) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return unopened(name, errno, isWhole) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .unacceptable("it is not a plain file: write a plain file and rename it into incoming/", name, nil)
    }
    let identity = Identity(status)
    let result = detector.check(file)
    if result == .open { return isShared ? shared(name, identity) : .open(name, identity) }
    if !isWhole, let doubt = doubt(result, name, identity, at: now) { return doubt }
    guard identity.size <= SpoolFile.sizeLimit else {
      return .unacceptable(
        "it is larger than \(SpoolFile.sizeLimit >> 20) MiB: split it into smaller files", name,
        identity)
    }
    return read(file, name, identity)
  }

  /// A file that one of its writers closed gets a name of the daemon's. No further program appends to it then: the next
  /// line makes a new file, and does not wait for the writers of this one.
  private func shared(_ name: Name, _ identity: Identity) -> Content {
    switch claim(name, identity) {
    case .taken(let own): .open(own, identity)
    case .refused: .open(name, identity)
    case .swapped: .swapped
    case .gone: .gone
    }
  }

  /// Why a file that was not announced is not taken yet; nil: it is whole.
  private func doubt(
    _ result: WriterDetector.Result, _ name: Name, _ identity: Identity, at now: Timestamp
  ) -> Content? {
    if case .unknown(let reason) = result { return .unsure(identity, because: reason) }
    let age = now - identity.writtenAt
    // A time in the future, from a wrong clock, must not keep a file waiting.
    guard age >= .zero, age < Self.leastAge, !name.isTaken(identity.file.inode) else { return nil }
    return .fresh(until: identity.writtenAt + Self.leastAge)
  }

  /// Reads without a lease, because others would wait for it. A file that is unchanged afterwards was not written to.
  private func read(_ file: Int32, _ name: Name, _ identity: Identity) -> Content {
    let bytes: [UInt8]
    do {
      bytes = try FileDescriptor(rawValue: file).bytes(upTo: Int(identity.size) + 1)
    } catch {
      return unopened(name, (error as? Errno ?? .ioError).rawValue, true)
    }
    var status = stat()
    guard fstat(file, &status) == 0, Identity(status) == identity else { return .swapped }
    return .bytes(bytes, name, identity)
  }

  private func unopened(_ name: Name, _ code: Int32, _ isWhole: Bool) -> Content {
    switch code {
    case ENOENT: return .gone
    case ELOOP:
      return .unacceptable("it is a symbolic link: write the file itself into incoming/", name, nil)
    case ENXIO:
      return .unacceptable(
        "it is a socket: write a plain file and rename it into incoming/", name, nil)
    case EACCES, EPERM:
      var status = stat()
      if !isWhole, lstat(name.path(in: incoming), &status) == 0 {
        return .unsure(Identity(status), because: String(cString: strerror(code)))
      }
      return .unacceptable("the daemon may not read it: make it readable, mode 0644, before the rename", name, nil)
    default:
      return .unreadable(failure("cannot be read", name, code))
    }
  }
}

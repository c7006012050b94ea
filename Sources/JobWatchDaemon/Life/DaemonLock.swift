import Foundation
import Glibc
import JobWatchFiles

/// One daemon per state directory: held for the life of the process, released by the kernel whatever ends it.
struct DaemonLock: Sendable {
  private let descriptor: Int32

  /// Another daemon runs on the same state directory.
  package struct Held: PassingFault, CustomStringConvertible {
    package var description: String
    package var mayPass: Bool { true }
  }

  static func path(in directory: String) -> String { directory + "/jobwatch.lock" }

  init(directory: String) throws {
    let path = Self.path(in: directory)
    var file = open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o600)
    let code = errno
    // What may only be read, and be it a directory, can be locked as well.
    if file < 0 { file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else { throw FileFailure("cannot be opened", path, code) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw Held(
        description: "another jobwatch runs on \(directory): stop it, or name another state_dir")
    }
    descriptor = file
  }

  /// Writes who holds it. Where that cannot be written (a full disk, no right to), `check` knows less, and that is all.
  func note(_ record: DaemonRecord) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(record), ftruncate(descriptor, 0) == 0 else {
      return
    }
    _ = Array(bytes).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  func release() { close(descriptor) }
}

import Glibc

/// One daemon per state directory: held for the life of the process, released by the kernel whatever ends it.
struct DaemonLock: Sendable {
  private let descriptor: Int32

  /// Another daemon runs on the same state directory.
  package struct Held: PassingFault, CustomStringConvertible {
    package var description: String
    package var mayPass: Bool { true }
  }

  init(directory: String) throws {
    let path = directory + "/jobwatch.lock"
    var file = open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o600)
    let code = errno
    // Nothing is ever written to it: what may only be read, and be it a directory, can be locked as well.
    if file < 0 { file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else { throw FileFailure("cannot be opened", path, code) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw Held(
        description: "another jobwatch runs on \(directory): stop it, or name another state_dir")
    }
    descriptor = file
  }

  func release() { close(descriptor) }
}

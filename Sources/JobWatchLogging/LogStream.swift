import Glibc
import JobWatchFiles
import Synchronization
import SystemPackage

/// Writes lines, mostly to standard error, and never waits long: if the reader of a pipe or a terminal stops, lines
/// are lost and the daemon goes on.
final class LogStream: Sendable {
  private struct State {
    /// The last line found no room in time: the next ones do not wait for it.
    var isStuck = false
    /// Only a part of the last line was written.
    var isTorn = false
  }

  private let descriptor: Int32
  private let state = Mutex(State())

  /// poll(2) promises room for so many bytes (PIPE_BUF); more at once could block. `O_NONBLOCK` instead would hold for
  /// everybody who has the terminal or the pipe open.
  private static let piece = 4096

  /// Ignores SIGPIPE from now on, because writing to a pipe without a reader would end the process. Does not close
  /// `descriptor`.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    signal(SIGPIPE, SIG_IGN)
  }

  /// - Parameter line: without its newline.
  func write(_ line: String) throws(FileFailure) {
    try state.withLock { state throws(FileFailure) in
      let bytes = Array(((state.isTorn ? "\n" : "") + line + "\n").utf8)
      var offset = 0
      do throws(FileFailure) {
        while offset < bytes.count {
          // Milliseconds; a working reader makes room sooner.
          let patience: Int32 = state.isStuck ? 0 : 200
          let piece = bytes[offset...].prefix(Self.piece)
          offset += try FileFailure.wrap("cannot be written", "standard error") {
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&request, 1, patience) != 0 else { throw Errno(rawValue: EAGAIN) }
            return try piece.withUnsafeBytes { try FileDescriptor(rawValue: descriptor).write($0) }
          }
        }
        state = State()
      } catch {
        state.isStuck = error.code == EAGAIN
        if offset > 0 { state.isTorn = true }
        throw error
      }
    }
  }
}

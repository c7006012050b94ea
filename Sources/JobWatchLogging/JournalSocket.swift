import Glibc
import JobWatchFiles
import Synchronization

/// A connection to the journal's socket, which takes an entry a datagram. The only file that knows it.
package final class JournalSocket: Sendable {
  package static let defaultPath = "/run/systemd/journal/socket"

  private struct Connection {
    /// Negative: none.
    var descriptor: Int32 = -1
    /// The last entry found no room in time: the next ones do not wait for it.
    var isFull = false
  }

  private let path: String
  private let connection = Mutex(Connection())

  /// Milliseconds that an entry waits for room. The queue holds some hundred entries (`net.unix.max_dgram_qlen`), and a
  /// working journal takes them faster than they come.
  private static let patience: Int32 = 200

  /// Connects when there is something to say.
  init(path: String) { self.path = path }

  deinit { connection.withLock { Self.end(&$0) } }

  /// The journal is there and has no room now: the same entry may be taken later.
  static func isFull(_ failure: FileFailure) -> Bool {
    [EAGAIN, ENOBUFS, ENOMEM].contains(failure.code)
  }

  func send(_ datagram: [UInt8]) throws(FileFailure) {
    try connection.withLock { connection throws(FileFailure) in
      do throws(FileFailure) {
        try transmit(datagram, over: &connection)
      } catch  where error.code == ECONNREFUSED || error.code == ENOTCONN {
        // Its reader is gone; another may listen at the path.
        Self.end(&connection)
        try transmit(datagram, over: &connection)
      }
    }
  }

  private func transmit(
    _ datagram: [UInt8], over connection: inout Connection
  ) throws(FileFailure) {
    if connection.descriptor < 0 { connection.descriptor = try connect() }
    var code = send(datagram, connection.descriptor)
    if code == EAGAIN && !connection.isFull {
      var request = pollfd(fd: connection.descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&request, 1, Self.patience)
      code = send(datagram, connection.descriptor)
    }
    connection.isFull = code == EAGAIN
    if code != 0 { throw failure("takes no entry", code) }
  }

  /// Zero, or the reason.
  private func send(_ datagram: [UInt8], _ descriptor: Int32) -> Int32 {
    let count = datagram.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    return count < 0 ? errno : 0
  }

  private func connect() throws(FileFailure) -> Int32 {
    guard let address = UnixSocketAddress(path) else {
      throw failure("cannot be reached", ENAMETOOLONG)
    }
    let kind = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(AF_UNIX, Int32(kind), 0)
    guard descriptor >= 0 else { throw failure("cannot be reached", errno) }
    let connected = address.withPointer { Glibc.connect(descriptor, $0, $1) }
    guard connected == 0 else {
      let code = errno
      close(descriptor)
      throw failure("cannot be reached", code)
    }
    return descriptor
  }

  private static func end(_ connection: inout Connection) {
    if connection.descriptor >= 0 { close(connection.descriptor) }
    connection.descriptor = -1
  }

  private func failure(_ problem: String, _ code: Int32) -> FileFailure {
    FileFailure(problem, path, code)
  }
}

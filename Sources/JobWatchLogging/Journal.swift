import Glibc
import JobWatchCore
import JobWatchFiles
import Synchronization

/// An entry as the journal's native protocol has it (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/): `NAME=value` and a
/// newline, or, for a value that holds newlines, `NAME`, a newline, the length as 64 bits little-endian, the value and
/// a newline. The journal adds who wrote it, and when.
struct JournalEntry {
  private(set) var datagram: [UInt8] = []

  /// Bytes of a datagram; fields beyond are left out. It must fit into the socket's send buffer, 212,992 bytes by
  /// default (`net.core.wmem_default`), some of which the kernel uses itself.
  static let limit = 131_072

  init(_ entry: LogEntry) {
    var fields: [(name: String, value: String)] = [
      ("MESSAGE", entry.line), ("PRIORITY", "\(entry.priority)"),
      ("SYSLOG_IDENTIFIER", "jobwatch"),
    ]
    if let id = entry.id { fields.append(("MESSAGE_ID", id.rawValue)) }
    fields += (entry.fields + entry.details).map { (Self.name($0.key), $0.value) }
    for field in fields {
      let bytes = Self.bytes(field.name, Array(field.value.utf8))
      if datagram.count + bytes.count <= Self.limit { datagram += bytes }
    }
  }

  /// A name is of capital letters, digits and underscores, begins with a letter, and has at most 64 characters: the
  /// journal drops a field with a longer one.
  private static func name(_ key: String) -> String {
    let fit = key.utf8.map { byte in
      let character = Character(UnicodeScalar(byte))
      let isFit = character.isASCII && (character.isLetter || character.isNumber)
      return isFit ? character.uppercased() : "_"
    }
    return String(("JOBWATCH_" + fit.joined()).prefix(64))
  }

  private static func bytes(_ name: String, _ value: [UInt8]) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    guard value.contains(newline) else {
      return Array("\(name)=".utf8) + value + [newline]
    }
    let length = withUnsafeBytes(of: UInt64(value.count).littleEndian) { Array($0) }
    return Array("\(name)\n".utf8) + length + value + [newline]
  }
}

/// A connection to the journal's socket, which takes one entry per datagram.
package final class JournalSocket: Sendable {
  package static let defaultPath = "/run/systemd/journal/socket"

  private struct Connection {
    /// Negative: none.
    var descriptor: Int32 = -1
    /// The last entry found no room in time: the next ones do not wait for it.
    var isFull = false

    mutating func end() {
      if descriptor >= 0 { close(descriptor) }
      descriptor = -1
    }
  }

  private let path: String
  private let connection = Mutex(Connection())

  /// Connects when there is something to say.
  init(path: String) { self.path = path }

  deinit { connection.withLock { $0.end() } }

  /// The journal is there and has no room now: it may take the same entry later.
  static func isFull(_ failure: FileFailure) -> Bool { [EAGAIN, ENOBUFS, ENOMEM].contains(failure.code) }

  func send(_ datagram: [UInt8]) throws(FileFailure) {
    try connection.withLock { connection throws(FileFailure) in
      do throws(FileFailure) {
        try transmit(datagram, over: &connection)
      } catch  where error.code == ECONNREFUSED || error.code == ENOTCONN {
        // Its reader is gone; another may listen at the path.
        connection.end()
        try transmit(datagram, over: &connection)
      }
    }
  }

  private func transmit(_ datagram: [UInt8], over connection: inout Connection) throws(FileFailure) {
    if connection.descriptor < 0 { connection.descriptor = try connect() }
    var code = send(datagram, connection.descriptor)
    if code == EAGAIN && !connection.isFull {
      // A working journal takes the entries of its queue (`net.unix.max_dgram_qlen`) faster than they come.
      _ = LogStream.waitForRoom(connection.descriptor)
      code = send(datagram, connection.descriptor)
    }
    connection.isFull = code == EAGAIN
    if code != 0 { throw FileFailure("takes no entry", path, code) }
  }

  /// Zero, or the reason.
  private func send(_ datagram: [UInt8], _ descriptor: Int32) -> Int32 {
    let count = datagram.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    return count < 0 ? errno : 0
  }

  private func connect() throws(FileFailure) -> Int32 {
    guard let address = UnixSocketAddress(path) else { throw FileFailure("cannot be reached", path, ENAMETOOLONG) }
    let kind = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(AF_UNIX, Int32(kind), 0)
    guard descriptor >= 0 else { throw FileFailure("cannot be reached", path, errno) }
    guard address.withPointer({ Glibc.connect(descriptor, $0, $1) }) == 0 else {
      let code = errno
      close(descriptor)
      throw FileFailure("cannot be reached", path, code)
    }
    return descriptor
  }
}

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

/// The journal's socket, which takes one entry per datagram.
package final class JournalSocket: Sendable {
  package static let defaultPath = "/run/systemd/journal/socket"

  private let path: String
  /// Kept, because entries are wanted above all when descriptors run out.
  private let handle = UnixSocketAddress.datagramSocket()
  /// The last entry found no room in time: the next ones do not wait for it.
  private let isFull = Mutex(false)

  init(path: String) { self.path = path }

  deinit { if handle >= 0 { close(handle) } }

  /// The journal or this process has no room now: it may take the same entry later.
  static func isFull(_ failure: FileFailure) -> Bool {
    [EAGAIN, EINTR, ENOBUFS, ENOMEM, EMFILE, ENFILE].contains(failure.code)
  }

  /// Waits at most 200 ms for room: a working journal takes the entries of its queue (`net.unix.max_dgram_qlen`) faster
  /// than they come.
  func send(_ datagram: [UInt8]) throws(FileFailure) {
    guard let address = UnixSocketAddress(path) else { throw FileFailure("cannot be reached", path, ENAMETOOLONG) }
    let code = isFull.withLock { isFull in
      let code = address.send(datagram, patience: isFull ? .zero : .milliseconds(200), through: handle)
      isFull = code == EAGAIN
      return code
    }
    if code != 0 { throw FileFailure("takes no entry", path, code) }
  }
}

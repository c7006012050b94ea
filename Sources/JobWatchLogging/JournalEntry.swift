import JobWatchCore

/// An entry as the journal's native protocol has it (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/): `NAME=value` and a
/// newline, or, for a value that holds newlines, `NAME`, a newline, the length as 64 bits little-endian, the value and
/// a newline. The journal adds who wrote it, and when.
struct JournalEntry {
  let datagram: [UInt8]

  /// A datagram must fit into the socket's send buffer, 212,992 bytes where the system has its default
  /// (`net.core.wmem_default`), of which the kernel keeps some for itself. Fields beyond are left out.
  static let limit = 131_072

  /// The journal drops a field with a longer name.
  private static let nameLimit = 64

  init(_ entry: LogEntry) {
    var fields: [(name: String, value: String)] = [
      ("MESSAGE", entry.line), ("PRIORITY", "\(entry.priority)"),
      ("SYSLOG_IDENTIFIER", "jobwatch"),
    ]
    if let id = entry.id { fields.append(("MESSAGE_ID", id.rawValue)) }
    fields += (entry.fields + entry.details).map { (Self.name($0.key), $0.value) }
    var datagram: [UInt8] = []
    for field in fields {
      let bytes = Self.bytes(field.name, Array(field.value.utf8))
      if datagram.count + bytes.count <= Self.limit { datagram += bytes }
    }
    self.datagram = datagram
  }

  /// A name is of capital letters, digits and underscores, and begins with a letter.
  private static func name(_ key: String) -> String {
    let fit = key.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
      default: UInt8(ascii: "_")
      }
    }
    return String(("JOBWATCH_" + String(decoding: fit, as: UTF8.self)).prefix(nameLimit))
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

import Foundation
import Glibc
import Synchronization

/// A directory with a socket in place of the journal's, and a file in place of standard error.
package final class JournalFixture: Sendable {
  /// A field as it arrived.
  package struct Field: Hashable {
    package var name: String
    package var value: [UInt8]
    /// With its length before it.
    package var isBinary: Bool

    package init(_ name: String, _ value: [UInt8], isBinary: Bool = false) {
      self.name = name
      self.value = value
      self.isBinary = isBinary
    }

    package var text: String? { String(validating: value, as: UTF8.self) }
  }

  struct Malformed: Error {
    var rest: [UInt8]
  }

  private let scratch: TemporaryDirectory
  package var directory: String { scratch.path }
  /// Of the file in place of standard error.
  package let descriptor: Int32
  private let socket = Mutex<ServiceSocket?>(nil)

  package var path: String { directory + "/socket" }
  package var errorPath: String { directory + "/stderr" }

  /// - Parameter isListening: false: nobody is at the path yet.
  package init(isListening: Bool = true) throws {
    scratch = try TemporaryDirectory()
    descriptor = open(scratch.path + "/stderr", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    if isListening { try listen() }
  }

  deinit { close(descriptor) }

  package func listen() throws {
    let socket = try ServiceSocket(path)
    self.socket.withLock { $0 = socket }
  }

  /// As where the journal ends: the path stays, nobody is behind it.
  package func stop() { socket.withLock { $0 = nil } }

  /// As where the journal starts anew.
  package func restart() throws {
    stop()
    try FileManager.default.removeItem(atPath: path)
    try listen()
  }

  /// The next datagram; nil when there is none.
  package func datagram() -> [UInt8]? { socket.withLock(\.self)?.datagram() }

  /// The next entry, read as the protocol says; nil when there is none.
  package func entry() throws -> [Field]? {
    guard let datagram = datagram() else { return nil }
    var rest = datagram[...]
    var fields: [Field] = []
    while !rest.isEmpty { fields.append(try Self.field(&rest)) }
    return fields
  }

  private static func field(_ rest: inout ArraySlice<UInt8>) throws -> Field {
    let newline = UInt8(ascii: "\n")
    guard let end = rest.firstIndex(of: newline) else { throw Malformed(rest: Array(rest)) }
    let head = rest[..<end]
    rest = rest[(end + 1)...]
    if let sign = head.firstIndex(of: UInt8(ascii: "=")) {
      return Field(String(decoding: head[..<sign], as: UTF8.self), Array(head[(sign + 1)...]))
    }
    let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let value = rest.dropFirst(8).prefix(length)
    rest = rest.dropFirst(8 + length)
    guard value.count == length, rest.popFirst() == newline else { throw Malformed(rest: Array(rest)) }
    return Field(String(decoding: head, as: UTF8.self), Array(value), isBinary: true)
  }

  /// What stands on standard error.
  package func errorText() throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: errorPath)), as: UTF8.self)
  }
}

extension [JournalFixture.Field] {
  /// The text of the only field of this name.
  package func text(_ name: String) -> String? {
    let found = filter { $0.name == name }
    return found.count == 1 ? found[0].text : nil
  }
}

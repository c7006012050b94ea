import Foundation

/// A server on loopback that breaks rules which an HTTP library would keep: one behaviour for every
/// connection, and a record of what happened on each.
final class SocketServer: Sendable {
  enum Behaviour: Sendable {
    /// Sends these bytes and closes.
    case answer(String)
    /// Sends these bytes, then nothing more.
    case hang(after: String)
    /// Resets the connection instead of answering.
    case reset
    /// Sends the head and then up to this many bytes.
    case flood(head: String, bytes: Int)
    /// A forward proxy that grants every `CONNECT`, and whatever host is asked for connects to this
    /// port.
    case tunnel(to: UInt16)
  }

  enum Event: Sendable, Equatable {
    case request(String)
    /// The connection is over; so many bytes of the answer could be sent.
    case ended(sent: Int)
  }

  let port: UInt16
  let events: AsyncStream<Event>
  private let listener: Int32

  init(_ behaviour: Behaviour) throws {
    let (listener, port) = try Self.bind(queue: 16)
    self.listener = listener
    self.port = port
    let (events, report) = AsyncStream.makeStream(of: Event.self)
    self.events = events
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          // Closed here, not in `deinit`: its number may be another socket's the moment it is free.
          close(listener)
          return report.finish()
        }
        Thread.detachNewThread { Self.serve(connection, behaviour, report) }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  var url: String { "http://127.0.0.1:\(port)/v1/path?key=hush" }

  /// Without a `queue` the port is taken, and connections to it are refused.
  static func bind(queue: Int32?) throws -> (socket: Int32, port: UInt16) {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.bind(socket, $0, size) != 0 || getsockname(socket, $0, &size) != 0
          || queue.map { Foundation.listen(socket, $0) != 0 } ?? false
      }
    }
    guard !failed else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return (socket, UInt16(bigEndian: address.sin_port))
  }

  private static func serve(_ connection: Int32, _ behaviour: Behaviour, _ report: AsyncStream<Event>.Continuation) {
    defer { close(connection) }
    // A TLS hello, which begins with 0x16, has no empty line to wait for.
    let isWhole = { (text: String) in text.contains("\r\n\r\n") || text.hasPrefix("\u{16}") }
    guard let request = receive(connection, until: isWhole) else { return }
    report.yield(.request(request))
    var sent = 0
    switch behaviour {
    case .answer(let text):
      sent = send(Array(text.utf8), to: connection)
    case .hang(let text):
      sent = send(Array(text.utf8), to: connection)
      _ = receive(connection, until: { _ in false })
    case .reset: Self.resetWhenClosed(connection)
    case .flood(let head, let bytes):
      let part = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
      var more = send(Array(head.utf8), to: connection)
      while more > 0 && sent < bytes {
        more = send(part, to: connection)
        sent += more
      }
    case .tunnel(let port):
      sent = send(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8), to: connection)
      relay(connection, port)
    }
    report.yield(.ended(sent: sent))
  }

  static func resetWhenClosed(_ connection: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout.size(ofValue: linger))
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, size)
  }

  /// Until both sides have closed.
  private static func relay(_ connection: Int32, _ port: UInt16) {
    let other = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(other) }
    var address = loopback(port)
    let failed = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(other, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) != 0
      }
    }
    if failed { return }
    let back = DispatchGroup()
    back.enter()
    Thread.detachNewThread {
      copy(from: other, to: connection)
      back.leave()
    }
    copy(from: connection, to: other)
    back.wait()
  }

  private static func copy(from source: Int32, to target: Int32) {
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(source, &part, part.count, 0)
      guard count > 0, send(Array(part[..<count]), to: target) == count else { break }
    }
    shutdown(target, Int32(SHUT_WR))
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  /// Nil if the connection ended before `isWhole`.
  static func receive(_ connection: Int32, until isWhole: (String) -> Bool) -> String? {
    var text = ""
    var part = [UInt8](repeating: 0, count: 65_536)
    while !isWhole(text) {
      let count = recv(connection, &part, part.count, 0)
      guard count > 0 else { return nil }
      text += String(decoding: part[..<count], as: UTF8.self)
    }
    return text
  }

  /// How many bytes went out before the other side closed.
  static func send(_ bytes: [UInt8], to connection: Int32) -> Int {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { break }
      sent += count
    }
    return sent
  }
}

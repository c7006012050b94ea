import Foundation
import Synchronization

/// A server on loopback whose first connections are left behind by a load balancer: each is good for one answer, and
/// the next request on it ends it without one. Those that are made later go on answering.
final class StaleServer: Sendable {
  enum Ending: Sendable {
    case reset, closed
    /// The server's time for a request on this connection is over, which it says just when one comes.
    case timedOut
  }

  private struct State {
    var connections = 0
    var requests = 0
    /// Waiting to be answered, until all first connections have a request.
    var gathered = 0
  }

  let port: UInt16
  private let listener: Int32
  private let state = Mutex(State())

  /// - Parameter stale: connections that go stale. None is answered before all of them are there, so that the client
  ///   has as many in its pool.
  init(stale: Int, _ ending: Ending) throws {
    let (listener, port) = try SocketServer.bind(queue: 64)
    self.listener = listener
    self.port = port
    let gate = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let self else {
          close(listener)
          return
        }
        let isStale = state.withLock { state in
          state.connections += 1
          return state.connections <= stale
        }
        Thread.detachNewThread { [weak self] in
          defer { close(connection) }
          guard self?.takeRequest(connection) == true else { return }
          if isStale {
            let isLast = self?.state.withLock { state in
              state.gathered += 1
              return state.gathered == stale
            }
            if isLast == true { for _ in 0..<stale { gate.signal() } }
            gate.wait()
            Self.send(Self.answer, to: connection)
            guard self?.takeRequest(connection) == true else { return }
            switch ending {
            case .reset: SocketServer.resetWhenClosed(connection)
            case .closed: break
            case .timedOut: Self.send(Self.timeout, to: connection)
            }
            return
          }
          repeat {
            Self.send(Self.answer, to: connection)
          } while self?.takeRequest(connection) == true
        }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  var url: String { "http://127.0.0.1:\(port)/" }
  var connections: Int { state.withLock(\.connections) }
  var requests: Int { state.withLock(\.requests) }

  private func takeRequest(_ connection: Int32) -> Bool {
    guard SocketServer.receive(connection, until: { $0.contains("\r\n\r\n") }) != nil else { return false }
    state.withLock { $0.requests += 1 }
    return true
  }

  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  static let timeout = "HTTP/1.1 408 Request Timeout\r\nConnection: Close\r\nContent-Length: 5\r\n\r\nlate\n"

  private static func send(_ text: String, to connection: Int32) {
    _ = SocketServer.send(Array(text.utf8), to: connection)
  }
}

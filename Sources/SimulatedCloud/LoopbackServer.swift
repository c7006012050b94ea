import CloudModel
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// An HTTP/1.1 server on loopback that answers every request by one function. The only file that knows the HTTP
/// framework, and its bare server alone: the framework's `Application` puts a `Date` of its own on each answer.
actor LoopbackServer {
  /// A client that sends more loses its connection.
  private static let bodyLimit = 4 << 20

  private var running: (server: Server<HTTP1Channel>, connections: OpenConnections, task: Task<Void, Never>)?

  /// Begins to listen on `port` of `host`, 127.0.0.1 or ::1, 0 for any port that is free, and returns its base URL.
  /// Throws the error of `bind`.
  func start(
    host: String = "127.0.0.1", port: Int, answer: @escaping @Sendable (ReceivedRequest) -> Reply
  ) async throws -> String {
    await stop()
    let (ports, bound) = AsyncThrowingStream<Int, any Error>.makeStream()
    let application = Application(router: Router())
    let connections = OpenConnections()
    let channel = HTTP1Channel(
      responder: { request, writer, channel in
        try connections.enter(channel)
        defer { connections.leave(channel) }
        let reply = answer(try await Self.received(request))
        try await Self.delay(reply.delivery, on: channel)
        try await writer.write(response: Self.head(reply), body: Self.body(reply))
      })
    let server = Server(
      childChannelSetup: channel, configuration: .init(address: .hostname(host, port: port)),
      onServerRunning: { channel in bound.yield(channel.localAddress?.port ?? port) },
      eventLoopGroup: application.eventLoopGroup,
      logger: Logger(label: "simulated-cloud", factory: { _ in SwiftLogNoOpLogHandler() }))
    let task = Task {
      do {
        try await server.run()
        bound.finish()
      } catch {
        bound.finish(throwing: error)
      }
    }
    running = (server, connections, task)
    let authority = host.contains(":") ? "[\(host)]" : host
    for try await port in ports { return "http://\(authority):\(port)" }
    throw CancellationError()
  }

  /// Closes the port and every connection, also those with an answer outstanding.
  ///
  /// The port is closed first. A cancelled server drops connections that it has accepted and not served yet, and the
  /// framework traps on those (swift-nio, issue 2637).
  func stop() async {
    guard let (server, connections, task) = running else { return }
    running = nil
    connections.close()
    do {
      try await server.shutdownGracefully()
    } catch {
      // The port could not be closed. A trap is better than a stop without end.
      task.cancel()
    }
    await task.value
  }

  private static func received(_ request: Request) async throws -> ReceivedRequest {
    let body = try await request.body.collect(upTo: bodyLimit)
    let target = (request.head.path ?? "/").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
    // The framework takes it out of the fields.
    if let host = request.head.authority { headers.append(("host", host)) }
    return ReceivedRequest(
      method: request.method.rawValue, path: String(target[0]),
      query: target.count > 1 ? String(target[1]) : "", headers: headers,
      body: Array(body.readableBytesView))
  }

  /// Waits before the first byte of the answer. Throws if none may come, which closes the connection.
  private static func delay(_ delivery: Reply.Delivery, on channel: any Channel) async throws {
    switch delivery {
    case .whole, .truncated: return
    case .late(let duration):
      // A connection that ends, by either side, ends the wait.
      let wait = Task { try await Task.sleep(for: duration) }
      channel.closeFuture.whenComplete { _ in wait.cancel() }
      try await wait.value
    case .hang:
      // The connection then ends when the client closes its side.
      try await channel.setOption(.allowRemoteHalfClosure, value: false).get()
      try await channel.closeFuture.get()
      throw CancellationError()
    case .reset:
      // Closing a socket that may not linger sends RST instead of FIN (socket(7), SO_LINGER).
      if let socket = channel as? any SocketOptionProvider {
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      }
      try await channel.close()
      throw CancellationError()
    }
  }

  private static func head(_ reply: Reply) -> HTTPResponse {
    var fields = HTTPFields()
    for (name, value) in reply.headers {
      if let name = HTTPFields.Element.Name(name) { fields.append(HTTPFields.Element(name: name, value: value)) }
    }
    fields[.contentLength] = String(reply.body.count)
    return HTTPResponse(status: .init(code: reply.status), headerFields: fields)
  }

  private static func body(_ reply: Reply) -> ResponseBody {
    guard reply.delivery == .truncated else { return ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)) }
    return ResponseBody { writer in
      try await writer.write(ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2)))
      throw CancellationError()
    }
  }
}

/// Those with a request whose answer is not out.
private final class OpenConnections: Sendable {
  private let state = Mutex<(channels: [ObjectIdentifier: any Channel], isClosed: Bool)>(([:], false))

  /// Throws once all are closed.
  func enter(_ channel: any Channel) throws {
    let isClosed = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = channel
      return state.isClosed
    }
    if isClosed { throw CancellationError() }
  }

  func leave(_ channel: any Channel) { state.withLock { $0.channels[ObjectIdentifier(channel)] = nil } }

  func close() {
    let channels = state.withLock { state in
      state.isClosed = true
      return state.channels.values.map { $0 }
    }
    for channel in channels { channel.close(promise: nil) }
  }
}

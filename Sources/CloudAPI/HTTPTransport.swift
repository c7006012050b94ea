import AsyncHTTPClient
import Glibc
import NIOCore

/// HTTP/1.1 over pooled connections: the one place that knows the HTTP client in use.
///
/// One for each set of trusted certificates is enough: it keeps a pool per host. `shutdown` must be
/// called before it is let go.
package final class HTTPClientTransport: Sendable {
  package struct Options: Sendable, Hashable {
    /// PEM file with the certificates to trust instead of the system's.
    package var caFile: String?
    /// Connecting, name look-up and TLS included.
    package var connectTimeout: Duration
    /// An unused connection is closed after this. Shorter than what servers commonly keep (60 s and
    /// more), so that a request seldom meets a connection that is just being closed.
    package var idleTimeout: Duration
    /// Connections per host that are kept for use again.
    package var connectionsPerHost: Int

    package init(
      caFile: String? = nil, connectTimeout: Duration = .seconds(10),
      idleTimeout: Duration = .seconds(30), connectionsPerHost: Int = 64
    ) {
      self.caFile = caFile
      self.connectTimeout = connectTimeout
      self.idleTimeout = idleTimeout
      self.connectionsPerHost = connectionsPerHost
    }
  }

  private let client: HTTPClient

  package init(options: Options = Options()) {
    var configuration = HTTPClient.Configuration()
    configuration.httpVersion = .http1Only
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = TimeAmount(options.connectTimeout)
    configuration.connectionPool.idleTimeout = TimeAmount(options.idleTimeout)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
      options.connectionsPerHost
    // A refused connection is an answer; when to try again is decided by whoever asked.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.tracing.tracer = nil
    if let caFile = options.caFile {
      configuration.tlsConfiguration = .makeClientConfiguration()
      configuration.tlsConfiguration?.trustRoots = .file(caFile)
    }
    client = HTTPClient(configuration: configuration)
  }

  /// Exchanges under way fail. Calling it a second time does nothing.
  package func shutdown() async {
    do {
      try await client.shutdown()
    } catch {
      // Only that it was shut down before.
    }
  }

  /// `send` as a value.
  package var transport: HTTPTransport {
    { (request, timeout, bodyLimit) async throws(HTTPFailure) in
      try await self.send(request, timeout: timeout, bodyLimit: bodyLimit)
    }
  }

  package func send(
    _ request: HTTPRequest, timeout: Duration, bodyLimit: Int
  ) async throws(HTTPFailure) -> HTTPResponse {
    var message = HTTPClientRequest(url: request.url)
    message.method = .init(rawValue: request.method)
    message.headers = .init(request.headers)
    if !request.body.isEmpty { message.body = .bytes(request.body) }
    let deadline = NIODeadline.now() + TimeAmount(timeout)
    do {
      let answer = try await client.execute(message, deadline: deadline)
      let (body, truncated) = try await read(answer.body, limit: bodyLimit, until: deadline)
      return HTTPResponse(
        status: Int(answer.status.code), headers: HTTPFields(Array(answer.headers)), body: body,
        truncated: truncated)
    } catch {
      throw HTTPFailure(error)
    }
  }

  /// The client's own deadline ends with the head of the answer, so the body gets a timer of its
  /// own.
  private func read(
    _ body: HTTPClientResponse.Body, limit: Int, until deadline: NIODeadline
  ) async throws -> (bytes: [UInt8], truncated: Bool) {
    let reading = Task { try await Self.collect(body, limit: limit) }
    let timer = client.eventLoopGroup.any().scheduleTask(deadline: deadline) { reading.cancel() }
    defer { timer.cancel() }
    do {
      return try await withTaskCancellationHandler {
        try await reading.value
      } onCancel: {
        reading.cancel()
      }
    } catch {
      let isLate = NIODeadline.now() >= deadline && !Task.isCancelled
      throw isLate ? HTTPClientError.deadlineExceeded : error
    }
  }

  /// Leaving the loop early closes the connection. What arrived before a break is kept: it is
  /// evidence.
  private static func collect(
    _ body: HTTPClientResponse.Body, limit: Int
  ) async throws -> (bytes: [UInt8], truncated: Bool) {
    var bytes: [UInt8] = []
    do {
      for try await part in body {
        let room = limit - bytes.count
        bytes += part.readableBytesView.prefix(room)
        if part.readableBytes > room { return (bytes, true) }
      }
    } catch {
      guard !Task.isCancelled else { throw error }
      return (bytes, true)
    }
    try Task.checkCancellation()
    return (bytes, false)
  }
}

extension HTTPFailure {
  /// Sorts an error of the HTTP client. Some of its types belong to modules that this one does not
  /// depend on; those are told by their module's name, or reached by reflection.
  fileprivate init(_ error: any Error) {
    let module = String(reflecting: type(of: error)).prefix { $0 != "." }
    switch error {
    case is CancellationError: self.init(.other, "cancelled")
    case let error as HTTPClientError: self.init(error)
    case _ where module == "NIOSSL":
      let detail = String("\(error)".prefix(300))
      self.init(.tls, "TLS failed, check the certificate and the trusted ones: \(detail)")
    case _ where module == "NIOHTTP1":
      self.init(.reset, "the answer broke off or was no HTTP")
    default:
      let causes = Self.causes(in: error)
      if let code = causes.lazy.compactMap({ ($0 as? IOError)?.errnoCode }).first {
        self.init(errno: code)
      } else if causes.contains(where: { $0 is SocketAddressError.UnknownHost }) {
        self.init(.name, "the host's name cannot be resolved")
      } else {
        self.init(.other, "the exchange failed (\(type(of: error)))")
      }
    }
  }

  private init(_ error: HTTPClientError) {
    switch error {
    case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
      self.init(.timeout, "no connection in time")
    case .deadlineExceeded, .readTimeout, .writeTimeout: self.init(.timeout, "no answer in time")
    case .remoteConnectionClosed, .uncleanShutdown:
      self.init(.reset, "the connection was closed before an answer")
    // `description` may quote header values; this does not.
    default: self.init(.other, error.shortDescription.lowercased())
    }
  }

  private init(errno code: CInt) {
    switch code {
    case ECONNREFUSED: self.init(.refused, "connection refused")
    case ECONNRESET, EPIPE, ECONNABORTED: self.init(.reset, "connection reset")
    case ETIMEDOUT: self.init(.timeout, "no connection in time")
    case EHOSTUNREACH, ENETUNREACH: self.init(.other, "no route to the host")
    default: self.init(.other, "connection failed (errno \(code))")
    }
  }

  /// `error` and the errors inside it, as deep as a connection attempt nests them.
  private static func causes(in value: Any, depth: Int = 0) -> [any Error] {
    guard depth < 5 else { return [] }
    let own = (value as? any Error).map { [$0] } ?? []
    return own
      + Mirror(reflecting: value).children.flatMap { causes(in: $0.value, depth: depth + 1) }
  }
}

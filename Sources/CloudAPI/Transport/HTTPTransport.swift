import AsyncHTTPClient
import NIOCore
import NIOSSL

/// HTTP/1.1 over pooled connections, direct or through a proxy: the one place that knows the HTTP
/// client in use.
///
/// One for each set of trusted certificates is enough: it keeps a pool per host. `shutdown` must be
/// called before it is let go.
package final class HTTPClientTransport: Sendable {
  package struct Options: Sendable, Hashable {
    /// Instead of the system's.
    package var trust: TrustedCertificates?
    package var proxies: ProxyRules
    /// Connecting, name look-up and TLS included.
    package var connectTimeout: Duration
    /// An unused connection is closed after this. Shorter than what servers commonly keep (60 s and
    /// more), so that a request seldom meets a connection that is just being closed.
    package var idleTimeout: Duration
    /// Connections per host that are kept for use again.
    package var connectionsPerHost: Int

    package init(
      trust: TrustedCertificates? = nil, proxies: ProxyRules = .none,
      connectTimeout: Duration = .seconds(10), idleTimeout: Duration = .seconds(30),
      connectionsPerHost: Int = 64
    ) {
      self.trust = trust
      self.proxies = proxies
      self.connectTimeout = connectTimeout
      self.idleTimeout = idleTimeout
      self.connectionsPerHost = connectionsPerHost
    }
  }

  /// The clients for one way out, direct or through one proxy.
  private struct Way: Sendable {
    var pooled: HTTPClient
    /// Makes a connection for each request, for what a pooled connection did not bring through: a load balancer that
    /// closes one closes all, so that the pool has only such left.
    var fresh: HTTPClient

    init(_ options: Options, proxy: ProxyServer?) {
      var configuration = HTTPClientTransport.configuration(options, proxy: proxy)
      pooled = HTTPClient(configuration: configuration)
      configuration.maximumUsesPerConnection = 1
      // One that was made for a request that was given up meanwhile is kept no longer than this.
      configuration.connectionPool.idleTimeout = .seconds(1)
      fresh = HTTPClient(configuration: configuration)
    }
  }

  /// What is read, and for how long, of a body that nobody wants: enough for a receiver's few words, so that the
  /// connection can be used again.
  private static let drainLimit = (bytes: 65_536, time: TimeAmount.seconds(1))

  private let options: Options
  private let direct: Way
  private let proxied: [ProxyServer: Way]

  package init(options: Options = Options()) {
    self.options = options
    direct = Way(options, proxy: nil)
    proxied = Dictionary(
      uniqueKeysWithValues: options.proxies.servers.map { ($0, Way(options, proxy: $0)) })
  }

  private static func configuration(
    _ options: Options, proxy: ProxyServer? = nil
  ) -> HTTPClient.Configuration {
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
    configuration.tlsConfiguration = .makeClientConfiguration()
    if let trust = options.trust {
      configuration.tlsConfiguration?.trustRoots = .certificates(trust.certificates)
    }
    configuration.proxy = proxy.map { proxy in
      .server(
        host: proxy.host, port: proxy.port,
        authorization: proxy.user.map {
          .basic(username: $0, password: proxy.password?.reveal() ?? "")
        })
    }
    return configuration
  }

  /// Exchanges under way fail. Calling it a second time does nothing.
  package func shutdown() async {
    for client in ([direct] + proxied.values).flatMap({ [$0.pooled, $0.fresh] }) {
      do {
        try await client.shutdown()
      } catch {
        // Only that it was shut down before.
      }
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
    let deadline = NIODeadline.now() + TimeAmount(timeout)
    let proxy = options.proxies.server(for: request.url)
    let way = proxy.flatMap { proxied[$0] } ?? direct
    do {
      let answer = try await head(for: Self.message(request), by: way, until: deadline)
      var response = HTTPResponse(
        status: Int(answer.status.code), headers: HTTPFields(Array(answer.headers)))
      guard request.wanted == .whole else {
        drain(answer.body)
        return response
      }
      (response.body, response.truncated) = try await read(
        answer.body, limit: bodyLimit, until: deadline)
      return ContentCoding.decoded(response, limit: bodyLimit)
    } catch {
      throw HTTPFailure(
        error, proxy: proxy, trust: options.trust,
        doubt: await doubt(about: error, request.url, proxy: proxy, until: deadline))
    }
  }

  /// Whoever compresses unless told otherwise is told: a request without the header allows every coding, and not all
  /// can be read. It is not signed, as a proxy may rewrite it.
  private static func message(_ request: HTTPRequest) -> HTTPClientRequest {
    var message = HTTPClientRequest(url: request.url)
    message.method = .init(rawValue: request.method)
    message.headers = .init(request.headers)
    if !message.headers.contains(name: "Accept-Encoding") {
      message.headers.add(name: "Accept-Encoding", value: "identity")
    }
    if !request.body.isEmpty { message.body = .bytes(request.body) }
    return message
  }

  /// A server may close a pooled connection just when a request goes out on it. So a connection that ends before a
  /// byte of an answer costs one more try, at once, within the same time, and with the same signature: the server has
  /// most likely not seen the first, and jobwatch asks nothing that may not be asked twice.
  private func head(
    for message: HTTPClientRequest, by way: Way, until deadline: NIODeadline
  ) async throws -> HTTPClientResponse {
    do {
      return try await way.pooled.execute(message, deadline: deadline)
    } catch {
      guard HTTPFailure.endedUnanswered(error), !Task.isCancelled else { throw error }
      return try await way.fresh.execute(message, deadline: deadline)
    }
  }

  /// Reads on in the background. Left before its end, a body takes its connection with it.
  private func drain(_ body: HTTPClientResponse.Body) {
    let loop = direct.pooled.eventLoopGroup.any()
    Task {
      let reading = Task {
        var room = Self.drainLimit.bytes
        for try await part in body {
          room -= part.readableBytes
          if room < 0 { break }
        }
      }
      let timer = loop.scheduleTask(in: Self.drainLimit.time) { reading.cancel() }
      // How it ends is of no interest.
      _ = await reading.result
      timer.cancel()
    }
  }

  /// Why the server's certificate was not accepted, where the error does not tell. It costs a second
  /// connection, over which no secret goes.
  private func doubt(
    about error: any Error, _ url: String, proxy: ProxyServer?, until deadline: NIODeadline
  ) async -> CertificateDoubt? {
    guard HTTPFailure.isDoubtful(error), !Task.isCancelled else { return nil }
    let limit = min(deadline, NIODeadline.now() + .seconds(5))
    return await CertificateDoubt.look(
      at: url, with: Self.configuration(options, proxy: proxy), until: limit)
  }

  /// The client's own deadline ends with the head of the answer, so the body gets a timer of its
  /// own.
  private func read(
    _ body: HTTPClientResponse.Body, limit: Int, until deadline: NIODeadline
  ) async throws -> (bytes: [UInt8], truncated: Bool) {
    let reading = Task { try await Self.collect(body, limit: limit) }
    let timer = direct.pooled.eventLoopGroup.any().scheduleTask(deadline: deadline) {
      reading.cancel()
    }
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

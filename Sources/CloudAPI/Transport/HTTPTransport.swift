import AsyncHTTPClient
import NIOCore
import NIOSSL

/// HTTP/1.1 over pooled connections, direct or through a proxy: the one place that knows the HTTP client in use. It
/// keeps a pool for each host. `shutdown` must be called before it is released.
package final class HTTPClientTransport: Sendable {
  package struct Options: Sendable, Hashable {
    /// Instead of the system's.
    package var trust: TrustedCertificates?
    package var proxies: ProxyRules
    /// Name look-up and TLS included.
    var connectTimeout = Duration.seconds(10)
    /// An unused connection is closed after this. Servers commonly keep one for 60 s and more: if the client closes
    /// first, a request seldom meets a connection that is just being closed.
    var idleTimeout = Duration.seconds(30)

    package init(trust: TrustedCertificates? = nil, proxies: ProxyRules = .none) {
      self.trust = trust
      self.proxies = proxies
    }
  }

  /// The clients for one route, direct or through one proxy.
  private struct Route: Sendable {
    var pooled: HTTPClient
    /// Makes a connection for each request that a pooled connection lost: a load balancer that closes one of them
    /// closes all.
    var fresh: HTTPClient

    init(_ options: Options, proxy: ProxyServer?) {
      var configuration = HTTPClientTransport.configuration(options, proxy: proxy)
      pooled = HTTPClient(configuration: configuration)
      configuration.maximumUsesPerConnection = 1
      // For a connection whose request was given up meanwhile.
      configuration.connectionPool.idleTimeout = .seconds(1)
      fresh = HTTPClient(configuration: configuration)
    }
  }

  /// How much of an unwanted body is read, and for how long: a receiver's few words, after which the connection can be
  /// used again.
  private static let drainLimit = (bytes: 65_536, time: TimeAmount.seconds(1))

  private let options: Options
  private let direct: Route
  private let proxied: [ProxyServer: Route]

  package init(options: Options = Options()) {
    self.options = options
    direct = Route(options, proxy: nil)
    proxied = Dictionary(uniqueKeysWithValues: options.proxies.servers.map { ($0, Route(options, proxy: $0)) })
  }

  private static func configuration(_ options: Options, proxy: ProxyServer?) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration()
    configuration.httpVersion = .http1Only
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = TimeAmount(options.connectTimeout)
    configuration.connectionPool.idleTimeout = TimeAmount(options.idleTimeout)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    // A refused connection is an answer, and the caller decides when to try again.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.tracing.tracer = nil
    configuration.tlsConfiguration = .makeClientConfiguration()
    if let trust = options.trust { configuration.tlsConfiguration?.trustRoots = .certificates(trust.certificates) }
    configuration.proxy = proxy.map { proxy in
      .server(
        host: proxy.host, port: proxy.port,
        authorization: proxy.user.map {
          .basic(username: $0, password: proxy.password?.reveal() ?? "")
        })
    }
    return configuration
  }

  /// Ends the exchanges under way as failures. A second call does nothing.
  package func shutdown() async {
    for client in ([direct] + proxied.values).flatMap({ [$0.pooled, $0.fresh] }) {
      try? await client.shutdown()  // fails only when it was done before
    }
  }

  package var transport: HTTPTransport { send(_:timeout:bodyLimit:) }

  package func send(
    _ request: HTTPRequest, timeout: Duration, bodyLimit: Int
  ) async throws(HTTPFailure) -> HTTPResponse {
    let deadline = NIODeadline.now() + TimeAmount(timeout)
    let proxy = options.proxies.server(for: request.url)
    let route = proxy.flatMap { proxied[$0] } ?? direct
    do {
      let answer = try await head(for: Self.message(request), by: route, until: deadline)
      var response = HTTPResponse(status: Int(answer.status.code), headers: HTTPFields(Array(answer.headers)))
      guard bodyLimit > 0 else {
        drain(answer.body)
        return response
      }
      (response.body, response.truncated) = try await read(answer.body, limit: bodyLimit, until: deadline)
      return ContentCoding.decoded(response, limit: bodyLimit)
    } catch {
      var fault: CertificateFault?
      if HTTPFailure.refusesCertificate(error), !Task.isCancelled {
        // It costs a second connection, over which no secret goes.
        fault = await CertificateFault.examine(
          request.url, with: Self.configuration(options, proxy: proxy),
          until: min(deadline, NIODeadline.now() + .seconds(5)))
      }
      throw HTTPFailure(error, proxy: proxy, trust: options.trust, fault: fault)
    }
  }

  /// With `Accept-Encoding: identity`, because a request without that header allows every coding, and not all can be
  /// read. It is not signed, because a proxy may rewrite it.
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

  /// Tries once more, at once and within the same time, if the connection ends before a byte of an answer, or with 408:
  /// a server may close a pooled connection just when a request goes out on it, and some say so by that status
  /// (RFC 9110, section 15.5.9). The server has most likely not seen the first request, and jobwatch sends nothing that
  /// may not be sent twice.
  private func head(
    for message: HTTPClientRequest, by route: Route, until deadline: NIODeadline
  ) async throws -> HTTPClientResponse {
    var told: HTTPClientResponse?
    do {
      let response = try await route.pooled.execute(message, deadline: deadline)
      let isClosing = response.headers[canonicalForm: "Connection"].contains {
        $0.lowercased() == "close"
      }
      guard response.status == .requestTimeout, isClosing else { return response }
      told = response
    } catch {
      guard HTTPFailure.endedUnanswered(error), !Task.isCancelled else { throw error }
    }
    do {
      return try await route.fresh.execute(message, deadline: deadline)
    } catch {
      // An answer says more than that there was no second one.
      guard let told else { throw error }
      return told
    }
  }

  /// Reads on in the background, because a body that is left before its end takes its connection with it.
  private func drain(_ body: HTTPClientResponse.Body) {
    let limit = Self.drainLimit
    Task { try? await read(body, limit: limit.bytes, until: .now() + limit.time) }
  }

  /// With a timer of its own, because the client's deadline ends with the head of the answer.
  @discardableResult
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

  /// Leaving the loop early closes the connection. What arrived before a break is kept as evidence.
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

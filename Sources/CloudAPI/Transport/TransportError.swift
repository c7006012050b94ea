import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sorts the errors of the HTTP client and of the libraries below it.
extension HTTPFailure {
  /// - Parameters:
  ///   - proxy: what the request went through. Connecting and name look-up were then its own.
  ///   - doubt: what was found wrong with a certificate.
  init(
    _ error: any Error, proxy: ProxyServer?, trust: TrustedCertificates?, doubt: CertificateDoubt?
  ) {
    switch error {
    case is CancellationError: self.init(.other, "cancelled")
    case let error as HTTPClientError: self.init(error, proxy)
    case NIOSSLError.uncleanShutdown: self.init(.reset, Self.closed)
    case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof:
      self.init(.reset, Self.closed + Self.by(proxy))
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      self = Self.failure(of: error, proxy, trust, doubt)
    case is HTTPParserError:
      self.init(.reset, "the answer broke off or was no HTTP" + Self.by(proxy))
    default:
      self.init(connecting: error)
      if let proxy {
        self = Self.failure(of: proxy, reason, remedy: "correct it, or start the proxy")
      }
    }
  }

  private static let closed = "the connection was closed before an answer"

  /// Whether TLS refused the certificate without saying why.
  static func isDoubtful(_ error: any Error) -> Bool {
    words(error)?.contains("CERTIFICATE_VERIFY_FAILED") ?? false
  }

  /// Whether an established connection ended before a byte of an answer. An error while connecting is another matter
  /// (each errno comes as a `NIOConnectionError`), and so is an answer that breaks off.
  static func endedUnanswered(_ error: any Error) -> Bool {
    switch error {
    case NIOSSLError.uncleanShutdown, ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed,
      ChannelError.eof:
      true
    case let error as HTTPClientError: [.remoteConnectionClosed, .uncleanShutdown].contains(error)
    case let error as IOError: resets.contains(error.errnoCode)
    default: false
    }
  }

  // MARK: Connecting

  private static let resets = [ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN]

  private init(connecting error: any Error) {
    var causes = [error]
    if let error = error as? NIOConnectionError {
      // Where an address was tried, what happened there says more than a family without one.
      causes = error.connectionErrors.map(\.error)
      if causes.isEmpty { causes = [error.dnsAError, error.dnsAAAAError].compactMap { $0 } }
    }
    switch causes.lazy.compactMap({ ($0 as? IOError)?.errnoCode }).first {
    case ECONNREFUSED: self.init(.refused, "connection refused")
    case let code? where Self.resets.contains(code): self.init(.reset, "connection reset")
    case ETIMEDOUT: self.init(.timeout, "no connection in time")
    case EHOSTUNREACH, ENETUNREACH: self.init(.other, "no route to the host")
    case let code?: self.init(.other, "connection failed (errno \(code))")
    case nil where causes.contains(where: { $0 is SocketAddressError.UnknownHost }):
      self.init(.name, "the host's name cannot be resolved")
    case nil where causes.contains(where: Self.isTimeout):
      self.init(.timeout, "no connection in time")
    case nil: self.init(.other, "the exchange failed (\(type(of: error)))")
    }
  }

  private static func isTimeout(_ error: any Error) -> Bool {
    if case .connectTimeout? = error as? ChannelError { true } else { false }
  }

  // MARK: The client's own

  private init(_ error: HTTPClientError, _ proxy: ProxyServer?) {
    switch (error, proxy) {
    case (.proxyAuthenticationRequired, let proxy?):
      let remedy =
        proxy.user == nil
        ? "write them as http://USER:PASSWORD@HOST:PORT" : "correct those that are there"
      self = Self.failure(of: proxy, "it wants a user and a password (407)", remedy: remedy)
    case (.invalidProxyResponse, let proxy?):
      self = Self.failure(
        of: proxy, "it refuses to connect to the host",
        remedy: "have it allowed there, or list the host in NO_PROXY")
    case (.httpProxyHandshakeTimeout, let proxy?):
      self = Self.failure(of: proxy, "no answer in time", remedy: "see whether it works")
    case (.connectTimeout, _), (.tlsHandshakeTimeout, _), (.getConnectionFromPoolTimeout, _):
      self.init(.timeout, "no connection in time" + Self.by(proxy))
    case (.deadlineExceeded, _), (.readTimeout, _), (.writeTimeout, _):
      self.init(.timeout, "no answer in time" + Self.by(proxy))
    case (.remoteConnectionClosed, _), (.uncleanShutdown, _):
      self.init(.reset, Self.closed + Self.by(proxy))
    // `description` may quote header values; this does not.
    default: self.init(.other, error.shortDescription.lowercased())
    }
  }

  private static func failure(
    of proxy: ProxyServer, _ reason: String, remedy: String
  ) -> HTTPFailure {
    HTTPFailure(.proxy, "the proxy \(proxy) of \(proxy.variable): \(reason)", remedy: remedy)
  }

  private static func by(_ proxy: ProxyServer?) -> String {
    proxy.map { ", through the proxy \($0)" } ?? ""
  }

  // MARK: TLS

  private static func failure(
    of error: any Error, _ proxy: ProxyServer?, _ trust: TrustedCertificates?,
    _ doubt: CertificateDoubt?
  ) -> HTTPFailure {
    if error as? NIOSSLExtraError == .failedToValidateHostname {
      // The TLS library compares an address with the connection's other end, which is the proxy.
      let exception = proxy == nil ? "" : " (an address cannot be verified through a proxy)"
      return tls(
        "the certificate is for another host's name\(exception)",
        "correct the endpoint, or have a certificate made for it")
    }
    let words = words(error) ?? ""
    if words.contains("CERTIFICATE_VERIFY_FAILED") { return failure(of: doubt, trust) }
    if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
      return tls(
        "the server does not speak TLS at this port", "correct the endpoint's scheme or port")
    }
    if words.contains("EOF") {
      return tls("the server closed the connection", "see whether the endpoint's port is right")
    }
    let detail = words.isEmpty ? String("\(error)".prefix(200)) : words.lowercased()
    return tls(detail, "see what the server, or a firewall on the way, objects to")
  }

  private static func failure(
    of doubt: CertificateDoubt?, _ trust: TrustedCertificates?
  ) -> HTTPFailure {
    let trusted = trust.map { "the certificates in \($0.path)" } ?? "the system's certificates"
    let addition =
      "put the issuer's certificate into \(trust?.path ?? "a file and name it as ca_file")"
    return switch doubt {
    case .expired(let time):
      tls("the certificate expired at \(time)", "have it renewed, or set this host's clock right")
    case .notYetValid(let time):
      tls("the certificate is valid only from \(time) on", "set this host's clock right")
    case .unknownIssuer:
      tls("the certificate's issuer is unknown to \(trusted)", addition)
    case nil:
      tls("the certificate is not accepted by \(trusted)", "unless it has expired, \(addition)")
    }
  }

  private static func tls(_ reason: String, _ remedy: String) -> HTTPFailure {
    HTTPFailure(.tls, "TLS failed: \(reason)", remedy: remedy)
  }

  /// The TLS library's names of what happened, as `CERTIFICATE_VERIFY_FAILED`.
  private static func words(_ error: any Error) -> String? {
    let stack: NIOBoringSSLErrorStack? =
      switch error {
      case NIOSSLError.handshakeFailed(.sslError(let stack)),
        NIOSSLError.handshakeFailed(.unknownError(let stack)),
        BoringSSLError.sslError(let stack), BoringSSLError.unknownError(let stack):
        stack
      default: nil
      }
    // "Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:NAME at FILE:LINE"
    return stack?.map { entry in
      let text = entry.description
      let name = text.firstMatch(of: /OPENSSL_internal:(\w+)/)?.1
      return name.map(String.init) ?? text
    }.joined(separator: " ")
  }
}

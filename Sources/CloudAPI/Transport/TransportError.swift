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
  ///   - fault: what was found wrong with a certificate.
  init(_ error: any Error, proxy: ProxyServer?, trust: TrustedCertificates?, fault: CertificateFault?) {
    let way = proxy.map { ", through the proxy \($0)" } ?? ""
    switch error {
    case is CancellationError: self.init(.other, "cancelled")
    case _ where Self.isClosed(error):
      self.init(.reset, "the connection was closed before an answer" + way)
    case let error as HTTPClientError: self.init(error, proxy, way)
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      let (reason, remedy) = Self.tls(error, proxy, trust, fault)
      self.init(.tls, "TLS failed: \(reason)", remedy: remedy)
    case is HTTPParserError: self.init(.reset, "the answer broke off or was no HTTP" + way)
    default:
      self.init(connecting: error)
      if let proxy { self.init(of: proxy, reason, remedy: "correct it, or start the proxy") }
    }
  }

  private static func isClosed(_ error: any Error) -> Bool {
    switch error {
    case NIOSSLError.uncleanShutdown, ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed,
      ChannelError.eof:
      true
    case let error as HTTPClientError: [.remoteConnectionClosed, .uncleanShutdown].contains(error)
    default: false
    }
  }

  /// Whether an established connection ended before a byte of an answer. An error while connecting is another matter
  /// (each errno comes as a `NIOConnectionError`), and so is an answer that breaks off.
  static func endedUnanswered(_ error: any Error) -> Bool {
    isClosed(error) || (error as? IOError).map { resets.contains($0.errnoCode) } ?? false
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
    let isLate = causes.contains {
      if case .connectTimeout? = $0 as? ChannelError { true } else { false }
    }
    switch causes.lazy.compactMap({ ($0 as? IOError)?.errnoCode }).first {
    case ECONNREFUSED: self.init(.refused, "connection refused")
    case let code? where Self.resets.contains(code): self.init(.reset, "connection reset")
    case ETIMEDOUT: self.init(.timeout, "no connection in time")
    case EHOSTUNREACH, ENETUNREACH: self.init(.other, "no route to the host")
    case let code?: self.init(.other, "connection failed (errno \(code))")
    case nil where causes.contains { $0 is SocketAddressError.UnknownHost }:
      self.init(.name, "the host's name cannot be resolved")
    case nil where isLate: self.init(.timeout, "no connection in time")
    case nil: self.init(.other, "the exchange failed (\(type(of: error)))")
    }
  }

  // MARK: The client's own

  private init(_ error: HTTPClientError, _ proxy: ProxyServer?, _ way: String) {
    switch (error, proxy) {
    case (.proxyAuthenticationRequired, let proxy?):
      self.init(
        of: proxy, "it wants a user and a password (407)",
        remedy: proxy.user == nil ? "write them as http://USER:PASSWORD@HOST:PORT" : "correct those that are there")
    case (.invalidProxyResponse, let proxy?):
      self.init(
        of: proxy, "it refuses to connect to the host", remedy: "have it allowed there, or list the host in NO_PROXY")
    case (.httpProxyHandshakeTimeout, let proxy?):
      self.init(of: proxy, "no answer in time", remedy: "see whether it works")
    case (.connectTimeout, _), (.tlsHandshakeTimeout, _), (.getConnectionFromPoolTimeout, _):
      self.init(.timeout, "no connection in time" + way)
    case (.deadlineExceeded, _), (.readTimeout, _), (.writeTimeout, _):
      self.init(.timeout, "no answer in time" + way)
    // `description` may quote header values; this does not.
    default: self.init(.other, error.shortDescription.lowercased())
    }
  }

  private init(of proxy: ProxyServer, _ reason: String, remedy: String) {
    self.init(.proxy, "the proxy \(proxy) of \(proxy.variable): \(reason)", remedy: remedy)
  }

  // MARK: TLS

  /// Whether TLS refused the certificate without saying why.
  static func refusesCertificate(_ error: any Error) -> Bool { words(error).contains("CERTIFICATE_VERIFY_FAILED") }

  private static func tls(
    _ error: any Error, _ proxy: ProxyServer?, _ trust: TrustedCertificates?, _ fault: CertificateFault?
  ) -> (reason: String, remedy: String) {
    if error as? NIOSSLExtraError == .failedToValidateHostname {
      // The TLS library compares an address with the connection's other end, which is the proxy.
      let exception = proxy == nil ? "" : " (an address cannot be verified through a proxy)"
      return (
        "the certificate is for another host's name\(exception)",
        "correct the endpoint, or have a certificate made for it"
      )
    }
    let words = words(error)
    if refusesCertificate(error) { return certificate(trust, fault) }
    if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
      return ("the server does not speak TLS at this port", "correct the endpoint's scheme or port")
    }
    if words.contains("EOF") { return ("the server closed the connection", "see whether the endpoint's port is right") }
    return (
      words.isEmpty ? String("\(error)".prefix(200)) : words.lowercased(),
      "see what the server, or a firewall on the way, objects to"
    )
  }

  private static func certificate(
    _ trust: TrustedCertificates?, _ fault: CertificateFault?
  ) -> (reason: String, remedy: String) {
    let trusted = trust.map { "the certificates in \($0.path)" } ?? "the system's certificates"
    let addition = "put the issuer's certificate into \(trust?.path ?? "a file and name it as ca_file")"
    return switch fault {
    case .expired(let time):
      ("the certificate expired at \(time)", "have it renewed, or set this host's clock right")
    case .notYetValid(let time):
      ("the certificate is valid only from \(time) on", "set this host's clock right")
    case .unknownIssuer: ("the certificate's issuer is unknown to \(trusted)", addition)
    case nil:
      ("the certificate is not accepted by \(trusted)", "unless it has expired, \(addition)")
    }
  }

  /// The TLS library's names of what happened, as `CERTIFICATE_VERIFY_FAILED`; empty without any.
  private static func words(_ error: any Error) -> String {
    let stack: NIOBoringSSLErrorStack
    switch error {
    case NIOSSLError.handshakeFailed(.sslError(let errors)), NIOSSLError.handshakeFailed(.unknownError(let errors)),
      BoringSSLError.sslError(let errors), BoringSSLError.unknownError(let errors):
      stack = errors
    default: return ""
    }
    // "Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:NAME at FILE:LINE"
    return stack.map { entry in
      let text = entry.description
      return text.firstMatch(of: /OPENSSL_internal:(\w+)/).map { String($0.1) } ?? text
    }.joined(separator: " ")
  }
}

import AsyncHTTPClient
import Glibc
import JobWatchCore
import NIOCore
import NIOSSL

/// The fault of a certificate that TLS did not accept. The TLS library says only that the check failed, but a person
/// has to know which of these it was.
enum CertificateFault: Sendable, Hashable {
  case expired(at: Timestamp)
  case notYetValid(until: Timestamp)
  /// Its time is right: then no trusted issuer signed it.
  case unknownIssuer

  /// Connects again, without any check, to read the certificate's dates. The empty request that follows on that
  /// connection is given up at once. Nil if no certificate came this time.
  static func examine(
    _ url: String, with checked: HTTPClient.Configuration, until deadline: NIODeadline
  ) async -> CertificateFault? {
    let (certificates, found) = AsyncStream.makeStream(of: NIOSSLCertificate.self)
    var configuration = checked
    configuration.tlsConfiguration?.certificateVerification = .none
    configuration.http1_1ConnectionDebugInitializer = { channel in
      channel.nioSSL_peerCertificate().map { certificate in
        if let certificate { found.yield(certificate) }
      }
    }
    let client = HTTPClient(configuration: configuration)
    let connection = Task {
      _ = try? await client.execute(HTTPClientRequest(url: origin(of: url)), deadline: deadline)
      found.finish()
    }
    let certificate = await certificates.first { _ in true }
    connection.cancel()
    try? await client.shutdown()  // fails only when it was done before
    return certificate.map(Self.init)
  }

  private init(_ certificate: NIOSSLCertificate) {
    let now = time(nil)
    self =
      if certificate.notValidAfter < now {
        .expired(at: Timestamp(milliseconds: Int64(certificate.notValidAfter) * 1000))
      } else if certificate.notValidBefore > now {
        .notYetValid(until: Timestamp(milliseconds: Int64(certificate.notValidBefore) * 1000))
      } else {
        .unknownIssuer
      }
  }

  /// The rest of a URL may hold a secret.
  private static func origin(of url: String) -> String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return parts.prefix(3).joined(separator: "/") + "/"
  }
}

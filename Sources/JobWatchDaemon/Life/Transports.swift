import CloudAPI
import JobWatchConfiguration

/// The HTTP clients of one configuration: one for each set of trusted certificates, and one for webhooks. All take the
/// proxies of the environment.
package struct Transports: Sendable {
  /// Opens an HTTP client; `close` must be called before it is released.
  package typealias Open =
    @Sendable (HTTPClientTransport.Options) -> (
      transport: HTTPTransport, close: @Sendable () async -> Void
    )

  package static let openClient: Open = { options in
    let client = HTTPClientTransport(options: options)
    return (client.transport, client.shutdown)
  }

  let webhooks: HTTPTransport
  /// By account.
  private(set) var clients: [String: CloudClient] = [:]
  private(set) var logins: [AccountLogin] = []
  private let closing: [@Sendable () async -> Void]

  init(_ configuration: Configuration, _ references: ResolvedReferences, open: Open) {
    var closing: [@Sendable () async -> Void] = []
    func opened(_ trust: TrustedCertificates?) -> HTTPTransport {
      let (transport, close) = open(.init(trust: trust, proxies: references.proxies))
      closing.append(close)
      return transport
    }
    webhooks = opened(nil)
    var clouds: [String?: HTTPTransport] = [:]
    for account in configuration.accounts {
      let transport = clouds[account.caFile] ?? opened(account.caFile.flatMap { references.trust[$0] })
      clouds[account.caFile] = transport
      clients[account.name] = CloudClient(transport: transport)
      logins.append(AccountLogin(account, transport: transport))
    }
    self.closing = closing
  }

  func close() async {
    for close in closing { await close() }
  }
}

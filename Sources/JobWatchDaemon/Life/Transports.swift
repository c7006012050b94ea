import CloudAPI
import Foundation
import JobWatchConfiguration

/// The HTTP clients: one for each set of trusted certificates, and one for webhooks. All take the
/// proxies of the environment.
package struct Transports: Sendable {
  let proxies: ProxyRules
  let webhooks: HTTPClientTransport
  /// By the path of the certificates; nil for the system's.
  private let clouds: [String?: HTTPClientTransport]
  private let accounts: [String: HTTPTransport]
  /// One per account.
  package let logins: [AccountLogin]

  /// - Parameter trust: the certificates of each account's `ca_file`, by path.
  init(
    _ configuration: Configuration, proxies: ProxyRules, trust: [String: TrustedCertificates],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.proxies = proxies
    var options: [String?: HTTPClientTransport.Options] = [:]
    for path in Set(configuration.accounts.map(\.caFile)) {
      options[path] = .init(trust: path.flatMap { trust[$0] }, proxies: proxies)
    }
    webhooks = HTTPClientTransport(options: .init(proxies: proxies))
    let clouds = options.mapValues { HTTPClientTransport(options: $0) }
    self.clouds = clouds
    accounts = Dictionary(
      uniqueKeysWithValues: configuration.accounts.compactMap { account in
        clouds[account.caFile].map { (account.name, $0.transport) }
      })
    logins = configuration.accounts.compactMap { account in
      clouds[account.caFile].map {
        AccountLogin(account, transport: $0.transport, environment: environment)
      }
    }
  }

  /// By account name.
  var clients: [String: CloudClient] { accounts.mapValues { CloudClient(transport: $0) } }

  /// The way to an account's endpoints; nil for an account that is not configured.
  func transport(of account: String) -> HTTPTransport? { accounts[account] }

  func shutdown() async {
    await webhooks.shutdown()
    for cloud in clouds.values { await cloud.shutdown() }
  }
}

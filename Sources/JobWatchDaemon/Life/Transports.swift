import CloudAPI
import Foundation

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

  /// Throws `ProxyProblem` or `CertificateFileError`.
  init(
    _ configuration: Configuration,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    proxies = try ProxyRules(environment: environment)
    var options: [String?: HTTPClientTransport.Options] = [:]
    for path in Set(configuration.accounts.map(\.caFile)) {
      options[path] = .init(trust: try path.map(TrustedCertificates.init), proxies: proxies)
    }
    // Only now, when nothing can fail any more: each has to be shut down.
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

  /// Why the daemon could not start with these files and this environment.
  package static func problems(
    _ configuration: Configuration, environment: [String: String]
  ) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    for (index, account) in configuration.accounts.enumerated() {
      do {
        _ = try account.caFile.map(TrustedCertificates.init)
      } catch {
        problems.append(
          ConfigurationProblem(path: "accounts[\(index)].ca_file", message: "\(error)"))
      }
      let sources = AccountSources(account, environment: environment)
      if let problem = sources.ambientProblem(accountAt: index) { problems.append(problem) }
    }
    do {
      _ = try ProxyRules(environment: environment)
    } catch {
      problems.append(ConfigurationProblem(message: "the environment's \(error)"))
    }
    return problems
  }
}

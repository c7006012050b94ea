import CloudAPI

/// The HTTP clients: one for each set of trusted certificates, and one for webhooks.
struct Transports: Sendable {
  let webhooks = HTTPClientTransport()
  /// By account name.
  let clients: [String: CloudClient]
  /// One per account.
  let logins: [AccountLogin]
  private let clouds: [HTTPClientTransport]

  init(_ configuration: Configuration) {
    let pairs = Set(configuration.accounts.map(\.caFile)).map {
      ($0, HTTPClientTransport(options: .init(caFile: $0)))
    }
    let byFile = Dictionary(uniqueKeysWithValues: pairs)
    clouds = pairs.map(\.1)
    clients = Dictionary(
      uniqueKeysWithValues: configuration.accounts.compactMap { account in
        byFile[account.caFile].map { (account.name, CloudClient(transport: $0.transport)) }
      })
    logins = configuration.accounts.compactMap { account in
      byFile[account.caFile].map { AccountLogin(account, transport: $0.transport) }
    }
  }

  func shutdown() async {
    await webhooks.shutdown()
    for cloud in clouds { await cloud.shutdown() }
  }
}

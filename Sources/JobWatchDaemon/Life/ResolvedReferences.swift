import CloudAPI
import Foundation
import JobWatchConfiguration

/// What a configuration refers to and does not hold, read and checked: secrets, addresses, certificates, proxies.
///
/// The start, a reload and `check` all read it here, so they cannot differ in what they accept.
package struct ResolvedReferences: Sendable {
  let proxies: ProxyRules
  /// By path.
  let trust: [String: TrustedCertificates]
  /// By channel.
  let webhooks: [String: Webhook]
  let heartbeat: Secret?

  struct Webhook: Sendable {
    var url: Secret
    var format: WebhookFormat
  }

  /// For a start, of which everything is checked before anything is changed.
  package static func forStart(of decoded: DecodedConfiguration) throws(StartRefusal) -> ResolvedReferences {
    try require(decoded, DaemonFiles(decoded).check().faults)
  }

  /// For a configuration that is to replace one whose database and log are open.
  static func forReload(
    of decoded: DecodedConfiguration, replacing old: Configuration
  ) throws(StartRefusal) -> ResolvedReferences {
    let moved = DaemonRecord.faults(moving: DaemonRecord.places(of: old), to: decoded.value)
    // What is in another spool does not matter.
    return try require(decoded, moved.isEmpty ? DaemonFiles(decoded).checkSpool() : moved)
  }

  private static func require(
    _ decoded: DecodedConfiguration, _ others: [StartFault]
  ) throws(StartRefusal) -> ResolvedReferences {
    let (references, faults) = resolve(decoded.value)
    guard let references, others.isEmpty else {
      throw StartRefusal(faults + others, of: decoded)
    }
    return references
  }

  /// Reads everything that the configuration refers to. `references` is nil where there are faults.
  package static func resolve(
    _ configuration: Configuration, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> (references: ResolvedReferences?, faults: [StartFault]) {
    var reader = ReferenceReader(environment: environment)
    let trust = reader.certificates(configuration.accounts)
    for (index, account) in configuration.accounts.enumerated() { reader.check(account, index) }
    let webhooks = reader.webhooks(configuration.channels)
    let heartbeat = configuration.heartbeat.flatMap { reader.address($0.url, in: "heartbeat") }
    let proxies = reader.take(.key(""), "the environment's ") {
      try ProxyRules(environment: environment)
    }
    guard let proxies, reader.faults.isEmpty else { return (nil, reader.faults) }
    let references = ResolvedReferences(proxies: proxies, trust: trust, webhooks: webhooks, heartbeat: heartbeat)
    return (references, [])
  }
}

/// Reads everything, and goes on after what cannot be read.
private struct ReferenceReader {
  let environment: [String: String]
  private(set) var faults: [StartFault] = []

  /// - Parameter subject: begins the message of an error that does not name its place.
  mutating func take<Value>(_ place: StartFault.Place, _ subject: String = "", _ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch {
      var fault = StartFault(place, error)
      fault.message = subject + fault.message
      note(fault)
      return nil
    }
  }

  /// Once for several keys that name one file.
  private mutating func note(_ fault: StartFault) {
    if !faults.contains(fault) { faults.append(fault) }
  }

  private mutating func secret(_ source: SecretSource, in part: String) -> Secret? {
    take(.secret(source, in: part)) { [environment] in try source.read(environment: environment) }
  }

  mutating func certificates(_ accounts: [Account]) -> [String: TrustedCertificates] {
    var trust: [String: TrustedCertificates] = [:]
    for (index, account) in accounts.enumerated() {
      guard let path = account.caFile, trust[path] == nil else { continue }
      trust[path] = take(.key("accounts[\(index)].ca_file")) { try TrustedCertificates(path: path) }
    }
    return trust
  }

  /// Checks that the account's secrets are there; the poller reads them again whenever it needs them.
  mutating func check(_ account: Account, _ index: Int) {
    let before = faults.count
    for source in account.namedSecrets { _ = secret(source, in: "accounts[\(index)]") }
    guard faults.count == before else { return }
    do {
      _ = try AccountSources(account, environment: environment).read()
    } catch {
      var fault = StartFault(.key("accounts[\(index)]"), error)
      // Looked for outside of the configuration, where only a profile that was chosen is certainly the service's own.
      if account.namedSecrets.isEmpty, account.profile == nil { fault.reason = .environment }
      note(fault)
    }
  }

  mutating func webhooks(_ channels: [Channel]) -> [String: ResolvedReferences.Webhook] {
    var webhooks: [String: ResolvedReferences.Webhook] = [:]
    for channel in channels {
      guard case .webhook(let url, let secrets, let format) = channel.kind else { continue }
      let makeFormat = self.format(format)
      let address = address(url, in: "channels")
      var signers: [StandardWebhooks] = []
      for source in secrets {
        guard let secret = secret(source, in: "channels"),
          let signer = take(
            .secret(source, in: "channels"), "\(source) ",
            { try StandardWebhooks(secret: secret) })
        else { continue }
        signers.append(signer)
      }
      guard let address, let makeFormat else { continue }
      webhooks[channel.name] = .init(url: address, format: makeFormat(StandardWebhooks(joining: signers)))
    }
    return webhooks
  }

  private mutating func format(_ name: Channel.FormatName) -> (@Sendable (StandardWebhooks) -> WebhookFormat)? {
    if let make = WebhookFormat.all[name.text] { return make }
    let known = Array(WebhookFormat.all.keys)
    let message = Quotation.refusal(of: name.text, at: name.path, isNo: "format of webhooks", among: known)
    note(StartFault(place: .key(name.path), message: message))
    return nil
  }

  mutating func address(_ source: SecretSource, in part: String) -> Secret? {
    guard let address = secret(source, in: part) else { return nil }
    guard let problem = WebAddress.problem(withWebhook: address.reveal()) else { return address }
    note(StartFault(place: .secret(source, in: part), message: "\(source) \(problem)"))
    return nil
  }
}

extension Account {
  /// Every secret that the configuration names for its log-in.
  package var namedSecrets: [SecretSource] {
    [accessKey, secretKey, securityToken, token, user?.name, user?.password].compactMap(\.self)
  }
}

import CloudAPI
import Foundation
import JobWatchConfiguration

/// What a configuration names and does not hold, read and proven whole: secrets, addresses, certificates, proxies.
///
/// Whoever needs any of it gets it from here, so that the start, a reload and `check` cannot differ in what they take.
package struct Supplies: Sendable {
  let proxies: ProxyRules
  /// By path.
  let trust: [String: TrustedCertificates]
  /// By channel.
  let webhooks: [String: Webhook]
  let heartbeat: Secret?

  struct Webhook: Sendable {
    var url: Secret
    var signer: StandardWebhooks
  }

  /// Everything, or all that is wrong with it.
  package static func read(
    _ configuration: Configuration,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Result<Supplies, Missing> {
    var reading = Reading(environment: environment)
    let supplies = Supplies(configuration, &reading)
    guard let supplies, reading.faults.isEmpty else { return .failure(Missing(reading.faults)) }
    return .success(supplies)
  }

  /// All that is wrong with it, if anything.
  package static func faults(of configuration: Configuration, environment: [String: String])
    -> [StartFault]
  {
    guard case .failure(let missing) = read(configuration, environment: environment) else {
      return []
    }
    return missing.faults
  }

  /// At least one.
  package struct Missing: Error {
    package let faults: [StartFault]
    init(_ faults: [StartFault]) { self.faults = faults }
  }

  private init?(_ configuration: Configuration, _ reading: inout Reading) {
    trust = reading.certificates(configuration.accounts)
    for (index, account) in configuration.accounts.enumerated() { reading.prove(account, index) }
    webhooks = reading.webhooks(configuration.channels)
    heartbeat = configuration.heartbeat.flatMap { reading.address($0.url, in: "heartbeat") }
    let environment = reading.environment
    guard let proxies = reading.take(.key(""), { try ProxyRules(environment: environment) }) else {
      return nil
    }
    self.proxies = proxies
  }
}

/// One look at everything, which goes on behind what cannot be read.
private struct Reading {
  let environment: [String: String]
  private(set) var faults: [StartFault] = []

  init(environment: [String: String]) { self.environment = environment }

  mutating func take<Value>(_ place: StartFault.Place, _ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch let error as ProxyProblem {
      note(StartFault(place, "the environment's \(error)"))
    } catch {
      note(StartFault(place, error))
    }
    return nil
  }

  /// Several keys may name one file.
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

  /// That the account's secrets are there; the poller reads them anew whenever it needs them.
  mutating func prove(_ account: Account, _ index: Int) {
    let before = faults.count
    for source in account.namedSecrets { _ = secret(source, in: "accounts[\(index)]") }
    guard faults.count == before else { return }
    let sources = AccountSources(account, environment: environment)
    do {
      _ = try sources.read()
    } catch {
      var fault = StartFault(.key("accounts[\(index)]"), error)
      // Only a profile that was chosen is certainly the service's own.
      if sources.areAmbient, account.profile == nil { fault.reason = .environment }
      note(fault)
    }
  }

  mutating func webhooks(_ channels: [Channel]) -> [String: Supplies.Webhook] {
    var webhooks: [String: Supplies.Webhook] = [:]
    for channel in channels {
      guard case .webhook(let url, let secrets) = channel.kind else { continue }
      let address = address(url, in: "channels")
      let signers = secrets.map { signer($0) }
      guard let address else { continue }
      webhooks[channel.name] = .init(
        url: address, signer: .init(joining: signers.compactMap(\.self)))
    }
    return webhooks
  }

  private mutating func signer(_ source: SecretSource) -> StandardWebhooks? {
    guard let secret = secret(source, in: "channels") else { return nil }
    do throws(SecretError) {
      return try StandardWebhooks(secret: secret)
    } catch {
      note(StartFault(.secret(source, in: "channels"), "\(source) \(error)"))
      return nil
    }
  }

  mutating func address(_ source: SecretSource, in part: String) -> Secret? {
    guard let address = secret(source, in: part) else { return nil }
    guard let problem = WebAddress.problem(withWebhook: address.reveal()) else { return address }
    note(StartFault(.secret(source, in: part), "\(source) \(problem)"))
    return nil
  }
}

extension Account {
  /// Every secret that the configuration names for its log-in.
  var namedSecrets: [SecretSource] {
    [accessKey, secretKey, securityToken, token, user?.name, user?.password].compactMap(\.self)
  }
}

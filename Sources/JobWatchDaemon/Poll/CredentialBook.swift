import CloudAPI
import JobWatchCore
import Logging

/// Every account's credential, and how the cloud takes it.
///
/// There is one gate per secret, not per account: what the cloud locks after five refusals is the key.
struct CredentialBook {
  private(set) var accounts: [String: AccountAccess]
  private var gates: [String: Gate]
  /// Accounts whose pause was told, until their resumption is.
  private var paused: Set<String> = []
  private let probes: ProbePolicy
  private var lastRefreshAt: Duration = .zero
  /// Why an account's secret could not be read again, as last logged.
  private var unreadable: [String: String] = [:]

  /// How often a refused credential's source is looked at for a change.
  private static let refreshEvery = Duration.seconds(5)

  /// Throws `SecretError` when a secret cannot be read.
  init(_ configuration: Configuration) throws {
    probes = configuration.probes
    accounts = [:]
    gates = [:]
    for account in configuration.accounts {
      let access = try AccountAccess(account)
      accounts[account.name] = access
      gates[access.fingerprint] = newGate()
    }
  }

  /// A credential is unproven until its first accepted answer: one call at a time.
  private func newGate() -> Gate { Gate(threshold: 1, waits: probes.steps, unproven: true) }

  func gate(of account: String) -> Gate {
    accounts[account].flatMap { gates[$0.fingerprint] } ?? newGate()
  }

  /// Changes the gate behind a fingerprint in place.
  mutating func withGate<Value>(_ fingerprint: String, _ body: (inout Gate) -> Value) -> Value {
    var gate = gates[fingerprint] ?? newGate()
    defer { gates[fingerprint] = gate }
    return body(&gate)
  }

  /// Trouble that a restart finds on record.
  mutating func resumePaused(_ account: String, at uptime: Duration) {
    guard let fingerprint = accounts[account]?.fingerprint else { return }
    paused.insert(account)
    withGate(fingerprint) { $0.resumeShut(at: uptime) }
  }

  /// The accounts that are to be told as resumed.
  mutating func accepted(_ pass: Gate.Pass, _ fingerprint: String) -> [String] {
    let isOpen = withGate(fingerprint) { gate in
      _ = gate.succeed(pass)
      return !gate.isShut
    }
    guard isOpen, !paused.isEmpty else { return [] }
    return sharing(fingerprint).filter { paused.remove($0) != nil }
  }

  /// The accounts that are to be told as paused.
  mutating func refused(_ pass: Gate.Pass, _ fingerprint: String, at uptime: Duration) -> [String] {
    guard withGate(fingerprint, { $0.fail(pass, at: uptime) }) == .shut else { return [] }
    let accounts = sharing(fingerprint)
    paused.formUnion(accounts)
    return accounts
  }

  private func sharing(_ fingerprint: String) -> [String] {
    accounts.filter { $0.value.fingerprint == fingerprint }.keys.sorted()
  }

  /// Reads the secrets of paused accounts again; one whose content has changed is tried at once. A secret that cannot
  /// be read just now, while it is being replaced, say, leaves the old one.
  mutating func refresh(at uptime: Duration, log: Logger) {
    guard uptime - lastRefreshAt >= Self.refreshEvery else { return }
    lastRefreshAt = uptime
    for name in paused where gate(of: name).isShut {
      do {
        guard try accounts[name]?.refresh() == true, let access = accounts[name] else { continue }
        log.notice(
          "a refused credential has changed and is tried", metadata: ["account": "\(name)"])
        if gates[access.fingerprint] == nil { gates[access.fingerprint] = newGate() }
      } catch {
        let reason = "\(error)"
        guard unreadable.updateValue(reason, forKey: name) != reason else { continue }
        log.warning(
          "a refused credential cannot be read again",
          metadata: ["account": "\(name)", "error": "\(reason)"])
      }
    }
  }

  /// When `refresh` has something to look at; nil while every credential is accepted.
  var nextRefresh: Duration? { paused.isEmpty ? nil : lastRefreshAt + Self.refreshEvery }
}

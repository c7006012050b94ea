import CloudAPI
import JobWatchCore

/// Everything that a user may set. `ConfigurationFile` reads it; `config/jobwatch.yaml` shows each key at its default.
package struct Configuration: Sendable, Hashable {
  /// Holds `jobwatch.db`.
  package var stateDirectory: String
  /// Holds `incoming/` and `rejected/`.
  package var spoolDirectory: String
  package var statusLog: String
  /// At least one; the first is the default account.
  package var accounts: [Account]
  package var channels: [Channel]
  package var routes: [Route]
  package var polling: PollPolicy
  package var absence: AbsencePolicy
  package var expiry: ExpiryPolicy
  package var delivery: DeliveryPolicy
  package var breaker: BreakerPolicy
  package var probes: ProbePolicy
  /// By service name; every known service has an entry.
  package var retention: [String: RetentionPolicy]
  /// Finished jobs and told events older than this are deleted.
  package var keep: Duration
  /// Nil: nobody is called.
  package var heartbeat: HeartbeatPolicy?

  package init(
    stateDirectory: String = "/var/lib/jobwatch", spoolDirectory: String = "/var/spool/jobwatch",
    statusLog: String = "/var/log/jobwatch/status.log", accounts: [Account] = [],
    channels: [Channel] = [], routes: [Route] = [], polling: PollPolicy = PollPolicy(),
    absence: AbsencePolicy = .standard, expiry: ExpiryPolicy = ExpiryPolicy(),
    delivery: DeliveryPolicy = .standard, breaker: BreakerPolicy = .standard,
    probes: ProbePolicy = .standard,
    retention: [String: RetentionPolicy] = Configuration.defaultRetention,
    keep: Duration = .days(90), heartbeat: HeartbeatPolicy? = nil
  ) {
    self.stateDirectory = stateDirectory
    self.spoolDirectory = spoolDirectory
    self.statusLog = statusLog
    self.accounts = accounts
    self.channels = channels
    self.routes = routes
    self.polling = polling
    self.absence = absence
    self.expiry = expiry
    self.delivery = delivery
    self.breaker = breaker
    self.probes = probes
    self.retention = retention
    self.keep = keep
    self.heartbeat = heartbeat
  }

  package static var defaultRetention: [String: RetentionPolicy] {
    Dictionary(uniqueKeysWithValues: CloudService.all.map { ($0.name, $0.retention) })
  }

  package var databasePath: String { stateDirectory + "/jobwatch.db" }
}

/// The dead-man's switch that is called while jobwatch is well.
package struct HeartbeatPolicy: Sendable, Hashable {
  package var url: SecretSource
  package var every: Duration

  package init(url: SecretSource, every: Duration = .minutes(5)) {
    self.url = url
    self.every = every
  }
}

/// A receiver of events. The status log is none: it gets every event without a route.
package struct Channel: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// `secrets`: one or more, in the form `whsec_…` or plain; each signs, so that they can be rotated.
    case webhook(url: SecretSource, secrets: [SecretSource])
    case journal
  }

  package var name: String
  package var kind: Kind

  package init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

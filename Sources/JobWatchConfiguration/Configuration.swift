import CloudAPI
import JobWatchCore

/// Everything that a user may set. `ConfigurationFile` reads it; `config/jobwatch.yaml` shows each key at its default.
package struct Configuration: Sendable, Hashable {
  /// Holds `jobwatch.db`.
  package var stateDirectory = "/var/lib/jobwatch"
  /// Holds `incoming/` and `rejected/`.
  package var spoolDirectory = "/var/spool/jobwatch"
  package var statusLog = "/var/log/jobwatch/status.log"
  /// At least one; the first is the default account.
  package var accounts: [Account]
  package var channels: [Channel] = []
  package var routes: [Route] = []
  package var polling = PollPolicy()
  package var absence = AbsencePolicy.standard
  package var expiry = ExpiryPolicy()
  package var delivery = DeliveryPolicy.standard
  package var breaker = BreakerPolicy.standard
  package var probes = ProbePolicy.standard
  /// By service name; every known service has an entry.
  package var retention = Dictionary(uniqueKeysWithValues: CloudService.all.map { ($0.name, $0.retention) })
  /// Finished jobs and told events older than this are deleted.
  package var keep = Duration.days(90)
  /// Nil: nobody is called.
  package var heartbeat: HeartbeatPolicy?

  package init(accounts: [Account] = []) { self.accounts = accounts }

  package var databasePath: String { stateDirectory + "/jobwatch.db" }
}

/// The dead-man's switch that is called while jobwatch is well.
package struct HeartbeatPolicy: Sendable, Hashable {
  package var url: SecretSource
  package var every = Duration.minutes(5)
}

/// A receiver of events. The status log is none: it gets every event without a route.
package struct Channel: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// `secrets`: any number, in the form `whsec_…` or plain; each signs, so that they can be rotated.
    case webhook(url: SecretSource, secrets: [SecretSource], format: FormatName = FormatName())
    case journal
  }

  /// The name of a webhook's format. Who makes the channel knows which formats there are.
  package struct FormatName: Sendable, Hashable {
    package var text = "standard"
    /// Its key path in the file.
    package var path = ""
  }

  package var name: String
  package var kind: Kind
}

import CloudAPI
import JobWatchCore
import Logging

/// Calls an outside dead-man's switch for as long as jobwatch is well: who watches the watcher.
///
/// Stricter than systemd's watchdog, because it calls a person and not a restart: a loop that cannot do its work (a full
/// disk, say) silences it too. A cloud or a receiver in trouble does not: that is jobwatch's to tell, and it does.
actor Heartbeat: Worker {
  nonisolated let name = "heartbeat"

  private let url: Secret
  private let every: Duration
  private let vitals: HealthRegistry
  private let transport: HTTPTransport
  private let log: Logger
  private var dueAt = Duration.zero
  private var isWithheld = false
  private var isUnheard = false

  /// Short, as a stop or a reload waits for it.
  private static let timeout = Duration.seconds(3)
  /// How soon a call that failed, or was withheld, is tried again.
  private static let retry = Duration.seconds(5)

  init(
    url: Secret, every: Duration, vitals: HealthRegistry, transport: @escaping HTTPTransport,
    log: Logger
  ) {
    self.url = url
    self.every = every
    self.vitals = vitals
    self.transport = transport
    self.log = log
  }

  func work(at now: Moment) async throws -> Duration? {
    guard now.uptime >= dueAt else { return dueAt }
    guard isWell(at: now.awake), await isHeard() else { return now.uptime + Self.retry }
    dueAt = now.uptime + every
    return dueAt
  }

  private func isWell(at awake: Duration) -> Bool {
    let ill = vitals.stalled(at: awake) + vitals.failing.map(\.loop)
    if !ill.isEmpty, !isWithheld {
      log.warning(
        "the heartbeat is withheld", metadata: ["loops": "\(ill.joined(separator: ", "))"])
    }
    isWithheld = !ill.isEmpty
    return ill.isEmpty && vitals.hasSettled
  }

  private func isHeard() async -> Bool {
    let headers = [("User-Agent", "jobwatch/\(ProgramVersion.text)")]
    let request = HTTPRequest(url: url.reveal(), headers: headers, wanted: .head)
    let trouble: String?
    do {
      let status = try await transport(request, Self.timeout, 0).status
      trouble = (200..<300).contains(status) ? nil : "the answer was \(status)"
    } catch {
      trouble = error.message
    }
    if let trouble, !isUnheard {
      log.warning("the heartbeat is not heard", metadata: ["error": "\(trouble)"])
    }
    isUnheard = trouble != nil
    return trouble == nil
  }
}

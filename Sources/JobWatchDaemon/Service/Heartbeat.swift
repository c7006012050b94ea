import CloudAPI
import JobWatchCore
import Logging

/// Calls an outside dead-man's switch for as long as jobwatch is well.
///
/// Stricter than systemd's watchdog, because it alarms a person: a loop that cannot do its work, on a full disk for
/// instance, silences it too. A cloud or a receiver in trouble does not, because jobwatch tells that itself.
actor Heartbeat: Worker {
  nonisolated let name = "heartbeat"

  private let url: Secret
  private let every: Duration
  private let loops: HealthRegistry
  private let transport: HTTPTransport
  private let log: Logger
  private var dueAt = Duration.zero
  private var isWithheld = false
  private var isUnheard = false

  /// Short, because a stop or a reload waits for it.
  private static let timeout = Duration.seconds(3)
  /// The wait after a call that failed or was withheld.
  private static let retry = Duration.seconds(5)

  init(url: Secret, every: Duration, loops: HealthRegistry, transport: @escaping HTTPTransport, log: Logger) {
    self.url = url
    self.every = every
    self.loops = loops
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
    let ill = loops.stalled(at: awake) + loops.failing.map(\.loop)
    if !ill.isEmpty, !isWithheld {
      log.warning("the heartbeat is withheld", metadata: ["loops": "\(ill.joined(separator: ", "))"])
    }
    isWithheld = !ill.isEmpty
    return ill.isEmpty && loops.hasSettled
  }

  private func isHeard() async -> Bool {
    let headers = [("User-Agent", "jobwatch/\(ProgramVersion.text)")]
    let request = HTTPRequest(url: url.reveal(), headers: headers)
    let trouble: String?
    do {
      let status = try await transport(request, Self.timeout, 0).status
      trouble = (200..<300).contains(status) ? nil : "the answer was \(status)"
    } catch {
      trouble = error.message
    }
    if let trouble, !isUnheard { log.warning("the heartbeat is not heard", metadata: ["error": "\(trouble)"]) }
    isUnheard = trouble != nil
    return trouble == nil
  }
}

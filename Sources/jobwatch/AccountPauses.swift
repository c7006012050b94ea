import JobWatchCore
import JobWatchStore

/// The conditions that keep jobwatch from polling some accounts or services: those that last and that an event told.
struct AccountPauses {
  struct Pause: Encodable {
    /// Nil: all of the account's.
    let service: String?
    let account: String
    /// `held` (by hand), `refused`, `locked_out`, `forbidden` or `misconfigured`.
    let kind: String
    let since: Timestamp
    let cause: String

    /// For people. `held` ends when somebody resumes the account, the others end once their cause does.
    var sentence: String {
      let whose = service.map { "\($0) of account \(account)" } ?? "account \(account)"
      let isByHand = kind == Condition.Kind.pausedByHand.rawValue
      // The cause of a pause by hand begins with "paused by hand".
      let what = isByHand ? cause : "paused: \(cause)"
      let cure = isByHand ? "; jobwatch resume \(account) ends it" : ""
      return "\(whose) is \(what) (since \(since)\(cure))".onOneLine
    }
  }

  private let told: [Condition]

  private static let pauses: Set<Condition.Kind> = [
    .pausedByHand, .refused, .lockedOut, .forbidden, .misconfigured,
  ]
  private static let outages: Set<Condition.Kind> = [.unreachable, .busy, .throttled, .absent]

  init(_ transaction: Transaction) throws {
    told = try transaction.conditions.open().filter { $0.toldAt != nil }
  }

  func isPausedByHand(_ account: String) -> Bool {
    told.contains { $0.subject == .account(account) && $0.kind == .pausedByHand }
  }

  /// The pauses that stop the polls of `endpoint`, oldest first.
  func on(_ endpoint: EndpointKey) -> [Pause] {
    told.compactMap { condition in
      let isWhole = condition.subject == .account(endpoint.account)
      guard Self.pauses.contains(condition.kind),
        isWhole || condition.subject == .endpoint(endpoint)
      else { return nil }
      return Pause(
        service: isWhole ? nil : endpoint.service, account: endpoint.account,
        kind: condition.kind.rawValue, since: condition.since, cause: condition.cause)
    }
  }

  /// What keeps `endpoint` from being polled; nil: nothing that is known. An endpoint in trouble is still probed: only
  /// what is overdue waits for it.
  func obstacle(on endpoint: EndpointKey, _ dueAt: Timestamp, at now: Timestamp) -> String? {
    if !on(endpoint).isEmpty { return "polls are paused" }
    let outage = told.first {
      $0.subject == .endpoint(endpoint) && Self.outages.contains($0.kind)
    }
    guard dueAt < now, let outage else { return nil }
    return "\(endpoint.service) gives no usable answer (\(outage.cause))"
  }
}

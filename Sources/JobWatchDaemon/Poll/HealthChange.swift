import JobWatchCore
import JobWatchStore

/// Something went wrong, or right again, that concerns more than one job: what goes on record, and what is told.
struct HealthChange: Sendable {
  enum Kind: String, Sendable {
    case held, refused, forbidden, misconfigured, unreachable, busy, absent, failing
    /// Nothing could be fetched to call with; `refused` is what was shown and not taken.
    case lockedOut = "locked_out"
  }

  var subject: String
  var kind: Kind
  var cause: String
  /// False: it is over.
  var isTrouble: Bool
  /// What put it right, where it is over.
  var remedy = ""
  var event: EventDraft

  /// Records and tells the change, unless the record already says so.
  func commit(_ transaction: Transaction, routes: RouteTable) throws {
    if isTrouble {
      guard try transaction.open(condition) else { return }
    } else {
      guard try transaction.close(subject, kind.rawValue) != nil else { return }
    }
    let event = try honest(transaction)
    try transaction.append(event, of: nil, to: routes.channels(for: event))
  }

  var condition: Transaction.Condition {
    Transaction.Condition(subject: subject, kind: kind.rawValue, since: event.time, cause: cause)
  }

  /// An account may be paused for two reasons, and the end of one is not the end of the pause.
  private func honest(_ transaction: Transaction) throws -> EventDraft {
    guard event.kind == .accountResumed, let account = event.data.account,
      let other = try transaction.conditions()
        .first(where: { $0.subject == Self.subject(account: account) })
    else { return event }
    var event = event
    event.data.cause = other.cause
    event.data.summary =
      "account \(account) stays paused (\(other.cause)), although \(remedy)"
    return event
  }
}

extension HealthChange {
  static func subject(account: String) -> String { "account/\(account)" }
  static func subject(_ lane: EndpointKey) -> String { "endpoint/\(lane)" }
  static func subject(channel: String) -> String { "channel/\(channel)" }
  static func subject(loop: String) -> String { "daemon/\(loop)" }

  /// 401, or a credential that cannot be fetched: nothing of the account can be asked for.
  /// - Parameter kind: `refused` or `lockedOut`.
  static func refused(
    _ kind: Kind, account: String, _ complaint: APIError, cure: String, at now: Timestamp
  ) -> HealthChange {
    let cause = complaint.text
    var data = EventData(
      summary: "account \(account) is paused: it cannot log in (\(cause))")
    data.account = account
    data.errorCode = complaint.code.isEmpty ? nil : complaint.code
    data.cause = cause
    data.cure = cure
    return HealthChange(
      subject: subject(account: account), kind: kind, cause: cause, isTrouble: true,
      event: EventDraft(.accountPaused, at: now, data))
  }

  /// Ends whichever of the two is on record.
  static func accepted(account: String, at now: Timestamp) -> [HealthChange] {
    [.refused, .lockedOut].map { resumed(account, $0, "it can log in", at: now) }
  }

  /// Paused by hand.
  static func held(account: String, by user: String, reason: String?, at now: Timestamp)
    -> HealthChange
  {
    let cause = byHand("paused", user, reason)
    var data = EventData(summary: "account \(account) is \(cause)")
    data.account = account
    data.cause = cause
    data.cure = "jobwatch resume \(account)"
    return HealthChange(
      subject: subject(account: account), kind: .held, cause: cause, isTrouble: true,
      event: EventDraft(.accountPaused, at: now, data))
  }

  static func released(account: String, by user: String, reason: String?, at now: Timestamp)
    -> HealthChange
  {
    resumed(account, .held, "it was \(byHand("resumed", user, reason))", at: now)
  }

  private static func byHand(_ deed: String, _ user: String, _ reason: String?) -> String {
    "\(deed) by hand by \(user)" + (reason.map { ": \($0)" } ?? "")
  }

  private static func resumed(
    _ account: String, _ kind: Kind, _ remedy: String, at now: Timestamp
  ) -> HealthChange {
    var data = EventData(summary: "account \(account) is polled again: \(remedy)")
    data.account = account
    return HealthChange(
      subject: subject(account: account), kind: kind, cause: "", isTrouble: false, remedy: remedy,
      event: EventDraft(.accountResumed, at: now, data))
  }

  /// 403, or a request that can never work as configured: one service of the account is paused.
  static func barred(
    _ lane: EndpointKey, _ kind: Kind, _ complaint: APIError, cure: String, at now: Timestamp
  ) -> HealthChange {
    let cause = complaint.text
    var data = EventData(
      summary: "\(lane.service) jobs of account \(lane.account) are paused: \(cause)")
    data.account = lane.account
    data.service = lane.service
    data.errorCode = complaint.code
    data.cause = cause
    data.cure = cure
    return HealthChange(
      subject: subject(lane), kind: kind, cause: cause, isTrouble: true,
      event: EventDraft(.accountPaused, at: now, data))
  }

  static func unbarred(_ lane: EndpointKey, _ kind: Kind, at now: Timestamp) -> HealthChange {
    var data = EventData(
      summary: "\(lane.service) jobs of account \(lane.account) are polled again")
    data.account = lane.account
    data.service = lane.service
    return HealthChange(
      subject: subject(lane), kind: kind, cause: "", isTrouble: false,
      remedy: "\(lane.service) calls are accepted",
      event: EventDraft(.accountResumed, at: now, data))
  }

  static func down(_ lane: EndpointKey, _ kind: Kind, cause: String, at now: Timestamp)
    -> HealthChange
  {
    var data = EventData(
      summary: "\(lane.service) of account \(lane.account) gives no usable answer: \(cause)")
    data.account = lane.account
    data.service = lane.service
    data.cause = cause
    data.cure =
      switch kind {
      case .busy, .absent: "check that these jobs' ids belong to this service and account"
      default: "jobwatch check --online shows at which step a call fails"
      }
    return HealthChange(
      subject: subject(lane), kind: kind, cause: cause, isTrouble: true,
      event: EventDraft(.endpointDown, at: now, data))
  }

  static func up(_ lane: EndpointKey, _ kind: Kind, at now: Timestamp) -> HealthChange {
    var data = EventData(summary: "\(lane.service) of account \(lane.account) answers again")
    data.account = lane.account
    data.service = lane.service
    return HealthChange(
      subject: subject(lane), kind: kind, cause: "", isTrouble: false,
      event: EventDraft(.endpointUp, at: now, data))
  }

  /// - Parameter deed: what jobwatch does about it.
  static func channel(
    _ name: String, failing cause: String, deed: String = "goes on trying, one message at a time",
    at now: Timestamp
  ) -> HealthChange {
    var data = EventData(
      summary: "channel \(name) is in trouble (\(cause)); jobwatch \(deed)")
    data.channel = name
    data.cause = cause
    return HealthChange(
      subject: subject(channel: name), kind: .failing, cause: cause, isTrouble: true,
      event: EventDraft(.channelFailing, at: now, data))
  }

  /// The receiver answers, and takes no message, whichever it is.
  static func channel(_ name: String, refusingWith status: Int, at now: Timestamp) -> HealthChange {
    var change = channel(
      name, failing: "the receiver answers every message with \(status)",
      deed: "keeps its messages and tries one every 30 s to 10 min", at: now)
    change.event.data.cure =
      "see what the receiver objects to, above all what was changed there or in the channel"
    return change
  }

  static func channelRecovered(_ name: String, at now: Timestamp) -> HealthChange {
    var data = EventData(summary: "channel \(name) takes messages again")
    data.channel = name
    return HealthChange(
      subject: subject(channel: name), kind: .failing, cause: "", isTrouble: false,
      event: EventDraft(.channelRecovered, at: now, data))
  }

  /// Loops of the daemon cannot do their work, all for one reason, and try again. One change for each; their event is
  /// the same.
  static func degraded(loops: [String], because cause: String, at now: Timestamp) -> [HealthChange]
  {
    var data = EventData(
      summary: "jobwatch is degraded: what it cannot do now it tries again "
        + "(\(loops.joined(separator: ", ")): \(cause))")
    data.cause = cause
    data.cure = "do what the cause says; jobwatch goes on by itself then, unless it names a restart"
    let event = EventDraft(.daemonDegraded, at: now, data)
    return loops.map { loop in
      HealthChange(
        subject: subject(loop: loop), kind: .failing, cause: cause, isTrouble: true, event: event)
    }
  }
}

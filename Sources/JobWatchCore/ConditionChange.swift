/// A condition that begins or ends, with the event that tells of it.
package struct ConditionChange: Hashable, Sendable {
  /// As it begins, with `toldAt` where it is told; or as it ends, with `until`.
  package var condition: Condition
  /// Nil: nobody is told, or not yet. The event of an end is told only if the beginning was.
  package var event: EventDraft?
  /// What ended it, for people.
  package var remedy = ""

  package var isEnd: Bool { condition.until != nil }

  /// A condition that nobody is told of for now.
  package static func begins(_ condition: Condition) -> ConditionChange {
    ConditionChange(condition: condition)
  }

  private static func told(
    _ subject: Condition.Subject, _ kind: Condition.Kind, since: Timestamp? = nil,
    at now: Timestamp, cause: String, _ event: EventKind, _ data: EventData
  ) -> ConditionChange {
    var data = data
    data.cause = cause
    return ConditionChange(
      condition: Condition(subject, kind, since: since ?? now, toldAt: now, cause: cause),
      event: EventDraft(event, at: now, data))
  }

  private static func ended(
    _ subject: Condition.Subject, _ kind: Condition.Kind, at now: Timestamp, remedy: String = "",
    _ event: EventKind? = nil, _ data: EventData? = nil
  ) -> ConditionChange {
    ConditionChange(
      condition: Condition(subject, kind, since: now, until: now, cause: ""),
      event: event.flatMap { kind in data.map { EventDraft(kind, at: now, $0) } }, remedy: remedy)
  }

  /// The event, given what else is wrong with its subject: an account may be paused for two reasons, and the end of one
  /// does not end the pause.
  package func event(besides others: [Condition]) -> EventDraft? {
    guard var event, event.kind == .accountResumed, let account = event.data.account,
      let other = others.first(where: { $0.subject == .account(account) })
    else { return event }
    event.data.cause = other.cause
    event.data.summary =
      "account \(account) stays paused (\(other.cause)), although \(remedy)"
    return event
  }
}

// MARK: Accounts

extension ConditionChange {
  /// 401, or a credential that cannot be fetched: nothing of the account can be asked for.
  /// - Parameter kind: `refused` or `lockedOut`.
  package static func loggedOut(
    _ kind: Condition.Kind, account: String, _ error: APIError, cure: String, since: Timestamp,
    at now: Timestamp
  ) -> ConditionChange {
    var data = EventData(
      summary: "account \(account) is paused: it cannot log in (\(error.text))")
    data.account = account
    data.errorCode = error.code.isEmpty ? nil : error.code
    data.cure = cure
    return told(
      .account(account), kind, since: since, at: now, cause: error.text, .accountPaused, data)
  }

  /// Ends whichever of the two is on record.
  package static func loggedIn(account: String, at now: Timestamp) -> [ConditionChange] {
    [.refused, .lockedOut].map { resumed(account, $0, "it can log in", at: now) }
  }

  package static func paused(
    account: String, by user: String, reason: String?, at now: Timestamp
  ) -> ConditionChange {
    let cause = byHand("paused", user, reason)
    var data = EventData(summary: "account \(account) is \(cause)")
    data.account = account
    data.cure = "jobwatch resume \(account)"
    return told(.account(account), .pausedByHand, at: now, cause: cause, .accountPaused, data)
  }

  package static func resumed(
    account: String, by user: String, reason: String?, at now: Timestamp
  ) -> ConditionChange {
    resumed(account, .pausedByHand, "it was \(byHand("resumed", user, reason))", at: now)
  }

  private static func byHand(_ deed: String, _ user: String, _ reason: String?) -> String {
    "\(deed) by hand by \(user)" + (reason.map { ": \($0)" } ?? "")
  }

  private static func resumed(
    _ account: String, _ kind: Condition.Kind, _ remedy: String, at now: Timestamp
  ) -> ConditionChange {
    var data = EventData(summary: "account \(account) is polled again: \(remedy)")
    data.account = account
    return ended(.account(account), kind, at: now, remedy: remedy, .accountResumed, data)
  }
}

// MARK: Endpoints

extension ConditionChange {
  private static func data(_ endpoint: EndpointKey, _ summary: String) -> EventData {
    var data = EventData(summary: summary)
    (data.account, data.service) = (endpoint.account, endpoint.service)
    return data
  }

  /// 403, or a request that can never work as configured: one service of the account is paused.
  package static func barred(
    _ endpoint: EndpointKey, _ kind: Condition.Kind, _ error: APIError, at now: Timestamp
  ) -> ConditionChange {
    let service = endpoint.service
    var data = data(
      endpoint, "\(service) jobs of account \(endpoint.account) are paused: \(error.text)")
    data.errorCode = error.code
    data.cure =
      kind == .forbidden
      ? "allow the account's user to query \(service) jobs"
      : "check project_id, region and the endpoint of \(service) in the configuration"
    return told(.endpoint(endpoint), kind, at: now, cause: error.text, .accountPaused, data)
  }

  package static func unbarred(_ endpoint: EndpointKey, at now: Timestamp) -> [ConditionChange] {
    let data = data(
      endpoint, "\(endpoint.service) jobs of account \(endpoint.account) are polled again")
    return [.forbidden, .misconfigured].map {
      ended(
        .endpoint(endpoint), $0, at: now, remedy: "\(endpoint.service) calls are accepted",
        .accountResumed, data)
    }
  }

  package static func down(
    _ endpoint: EndpointKey, _ kind: Condition.Kind, since: Timestamp? = nil, cause: String,
    at now: Timestamp
  ) -> ConditionChange {
    var data = data(
      endpoint,
      "\(endpoint.service) of account \(endpoint.account) gives no usable answer: \(cause)")
    data.cure =
      switch kind {
      case .busy, .absent: "check that these jobs' ids belong to this service and account"
      default: "jobwatch check --online shows at which step a call fails"
      }
    return told(
      .endpoint(endpoint), kind, since: since, at: now, cause: cause, .endpointDown, data)
  }

  package static func up(_ endpoint: EndpointKey, _ kind: Condition.Kind, at now: Timestamp)
    -> ConditionChange
  {
    ended(
      .endpoint(endpoint), kind, at: now, .endpointUp,
      data(endpoint, "\(endpoint.service) of account \(endpoint.account) answers again"))
  }
}

// MARK: Channels and the daemon

extension ConditionChange {
  /// - Parameter deed: what jobwatch does about it.
  package static func channel(
    _ name: String, failing cause: String, deed: String = "goes on trying, one message at a time",
    at now: Timestamp
  ) -> ConditionChange {
    var data = EventData(
      summary: "channel \(name) is in trouble (\(cause)); jobwatch \(deed)")
    data.channel = name
    return told(.channel(name), .failing, at: now, cause: cause, .channelFailing, data)
  }

  /// The receiver answers, and takes no message.
  package static func channel(_ name: String, refusingWith status: Int, at now: Timestamp)
    -> ConditionChange
  {
    var change = channel(
      name, failing: "the receiver answers every message with \(status)",
      deed: "keeps its messages and tries one every 30 s to 10 min", at: now)
    change.event?.data.cure =
      "see what the receiver objects to, above all what was changed there or in the channel"
    return change
  }

  package static func channelRecovered(_ name: String, at now: Timestamp) -> ConditionChange {
    var data = EventData(summary: "channel \(name) takes messages again")
    data.channel = name
    return ended(.channel(name), .failing, at: now, .channelRecovered, data)
  }

  /// Loops that cannot do their work, all for one reason: a condition each, and one event.
  /// - Parameter since: by loop.
  package static func degraded(
    _ since: [String: Timestamp], because cause: String, at now: Timestamp
  ) -> [ConditionChange] {
    let loops = since.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    var data = EventData(
      summary: "jobwatch is degraded: what it cannot do now it tries again "
        + "(\(loops.map(\.key).joined(separator: ", ")): \(cause))")
    data.cure = "do what the cause says; jobwatch goes on by itself then, unless it names a restart"
    return loops.enumerated().map { index, loop in
      var change = told(
        .worker(loop.key), .failing, since: loop.value, at: now, cause: cause, .daemonDegraded,
        data)
      if index > 0 { change.event = nil }
      return change
    }
  }

  /// A loop that does its work again: its log and status say so, and no event.
  package static func works(_ loop: String, at now: Timestamp) -> ConditionChange {
    ended(.worker(loop), .failing, at: now)
  }

  package static func configured(account: String, at now: Timestamp) -> ConditionChange {
    ended(.account(account), .unconfigured, at: now)
  }
}

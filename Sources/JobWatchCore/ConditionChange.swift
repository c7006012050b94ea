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
  package static func begins(_ condition: Condition) -> ConditionChange { ConditionChange(condition: condition) }

  private static func told(
    _ subject: Condition.Subject, _ kind: Condition.Kind, since: Timestamp? = nil,
    cause: String, _ event: EventKind, _ summary: String, errorCode: String? = nil,
    cure: String? = nil, at now: Timestamp
  ) -> ConditionChange {
    var data = EventData(about: subject, summary)
    (data.cause, data.errorCode, data.cure) = (cause, errorCode, cure)
    return ConditionChange(
      condition: Condition(subject, kind, since: since ?? now, toldAt: now, cause: cause),
      event: EventDraft(event, at: now, data))
  }

  private static func ended(
    _ subject: Condition.Subject, _ kind: Condition.Kind,
    _ event: (kind: EventKind, summary: String)? = nil, remedy: String = "", at now: Timestamp
  ) -> ConditionChange {
    ConditionChange(
      condition: Condition(subject, kind, since: now, until: now, cause: ""),
      event: event.map { EventDraft($0.kind, at: now, EventData(about: subject, $0.summary)) }, remedy: remedy)
  }

  /// The event, given what else is wrong with its subject: the end of one reason does not end a trouble that has two.
  package func event(besides others: [Condition]) -> EventDraft? {
    guard var event, let account = event.data.account else { return event }
    let (subject, kinds, trouble): (Condition.Subject, [Condition.Kind], String)
    switch event.kind {
    case .accountResumed:
      (subject, kinds) = (.account(account), [.pausedByHand, .refused, .lockedOut])
      trouble = "account \(account) stays paused"
    case .endpointUp:
      (subject, kinds) = (condition.subject, [.unreachable, .busy, .throttled, .absent])
      trouble = "\(event.data.service ?? "") of account \(account) still gives no usable answer"
    default: return event
    }
    guard let other = others.first(where: { $0.subject == subject && kinds.contains($0.kind) }) else { return event }
    event.data.cause = other.cause
    event.data.summary = "\(trouble) (\(other.cause)), although \(remedy)"
    return event
  }
}

extension EventData {
  fileprivate init(about subject: Condition.Subject, _ summary: String) {
    self.init(summary: summary)
    switch subject {
    case .account(let name): account = name
    case .endpoint(let key): (account, service) = (key.account, key.service)
    case .channel(let name): channel = name
    case .worker, .daemon: break
    }
  }
}

// MARK: Accounts

extension ConditionChange {
  /// 401, or a credential that cannot be fetched: nothing of the account can be polled.
  /// - Parameter kind: `refused` or `lockedOut`.
  package static func loggedOut(
    _ kind: Condition.Kind, account: String, _ error: APIError, cure: String, since: Timestamp, at now: Timestamp
  ) -> ConditionChange {
    told(
      .account(account), kind, since: since, cause: error.text, .accountPaused,
      "account \(account) is paused: it cannot log in (\(error.text))",
      errorCode: error.code.isEmpty ? nil : error.code, cure: cure, at: now)
  }

  /// Ends whichever of the two is on record.
  package static func loggedIn(account: String, at now: Timestamp) -> [ConditionChange] {
    [.refused, .lockedOut].map { resumed(account, $0, "it can log in", at: now) }
  }

  package static func paused(account: String, by user: String, reason: String?, at now: Timestamp) -> ConditionChange {
    let cause = byHand("paused", user, reason)
    return told(
      .account(account), .pausedByHand, cause: cause, .accountPaused,
      "account \(account) is \(cause)", cure: "jobwatch resume \(account)", at: now)
  }

  package static func resumed(account: String, by user: String, reason: String?, at now: Timestamp) -> ConditionChange {
    resumed(account, .pausedByHand, "it was \(byHand("resumed", user, reason))", at: now)
  }

  private static func byHand(_ verb: String, _ user: String, _ reason: String?) -> String {
    "\(verb) by hand by \(user)" + (reason.map { ": \($0)" } ?? "")
  }

  private static func resumed(
    _ account: String, _ kind: Condition.Kind, _ remedy: String, at now: Timestamp
  ) -> ConditionChange {
    ended(
      .account(account), kind, (.accountResumed, "account \(account) is polled again: \(remedy)"),
      remedy: remedy, at: now)
  }

  package static func configured(account: String, at now: Timestamp) -> ConditionChange {
    ended(.account(account), .unconfigured, at: now)
  }

  // MARK: Endpoints

  /// 403, or a request that can never work as configured: one service of the account is paused.
  package static func barred(
    _ endpoint: EndpointKey, _ kind: Condition.Kind, _ error: APIError, at now: Timestamp
  ) -> ConditionChange {
    let service = endpoint.service
    return told(
      .endpoint(endpoint), kind, cause: error.text, .accountPaused,
      "\(service) jobs of account \(endpoint.account) are paused: \(error.text)",
      errorCode: error.code,
      cure: kind == .forbidden
        ? "allow the account's user to query \(service) jobs"
        : "check project_id, region and the endpoint of \(service) in the configuration", at: now)
  }

  package static func unbarred(_ endpoint: EndpointKey, at now: Timestamp) -> [ConditionChange] {
    let summary = "\(endpoint.service) jobs of account \(endpoint.account) are polled again"
    return [.forbidden, .misconfigured].map {
      ended(
        .endpoint(endpoint), $0, (.accountResumed, summary),
        remedy: "\(endpoint.service) calls are accepted", at: now)
    }
  }

  package static func down(
    _ endpoint: EndpointKey, _ kind: Condition.Kind, since: Timestamp? = nil, cause: String, at now: Timestamp
  ) -> ConditionChange {
    let cure =
      switch kind {
      case .busy, .absent: "check that these jobs' ids belong to this service and account"
      case .throttled: "see what else calls \(endpoint.service) in this project, or ask for a higher quota"
      default: "jobwatch check --online shows at which step a call fails"
      }
    return told(
      .endpoint(endpoint), kind, since: since, cause: cause, .endpointDown,
      "\(endpoint.service) of account \(endpoint.account) gives no usable answer: \(cause)", cure: cure, at: now)
  }

  /// - Parameter what: why its trouble is over.
  package static func up(
    _ endpoint: EndpointKey, _ kind: Condition.Kind, because what: String = "answers again", at now: Timestamp
  ) -> ConditionChange {
    let summary = "\(endpoint.service) of account \(endpoint.account) \(what)"
    return ended(.endpoint(endpoint), kind, (.endpointUp, summary), remedy: "it \(what)", at: now)
  }

  // MARK: Channels and the daemon

  /// - Parameter action: what jobwatch does about it.
  package static func channel(
    _ name: String, failing cause: String,
    action: String = "goes on trying, one message at a time", cure: String? = nil,
    at now: Timestamp
  ) -> ConditionChange {
    told(
      .channel(name), .failing, cause: cause, .channelFailing,
      "channel \(name) is in trouble (\(cause)); jobwatch \(action)", cure: cure, at: now)
  }

  /// The receiver answers, and takes no message.
  package static func channel(_ name: String, refusingWith status: Int, at now: Timestamp) -> ConditionChange {
    channel(
      name, failing: "the receiver answers every message with \(status)",
      action: "keeps its messages and tries one every 30 s to 10 min",
      cure: "see what the receiver objects to, above all what was changed there or in the channel", at: now)
  }

  package static func channelRecovered(_ name: String, at now: Timestamp) -> ConditionChange {
    ended(
      .channel(name), .failing, (.channelRecovered, "channel \(name) takes messages again"),
      at: now)
  }

  /// Loops that cannot do their work, all for one reason: a condition each, and one event.
  /// - Parameter since: by loop.
  package static func degraded(
    _ since: [String: Timestamp], because cause: String, at now: Timestamp
  ) -> [ConditionChange] {
    let loops = since.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    let names = loops.map(\.key).joined(separator: ", ")
    return loops.enumerated().map { index, loop in
      var change = told(
        .worker(loop.key), .failing, since: loop.value, cause: cause, .daemonDegraded,
        "jobwatch is degraded: what it cannot do now it tries again (\(names): \(cause))",
        cure: "do what the cause says; jobwatch goes on by itself then, unless it names a restart", at: now)
      if index > 0 { change.event = nil }
      return change
    }
  }

  /// A loop that does its work again: its log and status say so, and no event.
  package static func works(_ loop: String, at now: Timestamp) -> ConditionChange {
    ended(.worker(loop), .failing, at: now)
  }
}

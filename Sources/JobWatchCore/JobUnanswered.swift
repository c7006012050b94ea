extension Job {
  /// A poll without a usable answer. When that lasts, and the service cannot be blamed for it, it is told: no outage will be,
  /// and nobody would learn of it.
  func unanswered(
    _ observation: Observation, _ evidence: Evidence?, at now: Timestamp, under rules: WatchRules
  ) -> Decision {
    guard state != .lost else { return Decision(job: self, next: stillLost(at: now, under: rules)) }
    let next = retry(at: now, under: rules)
    guard rules.isAlone, rules.failuresBefore >= Self.quickTries, let reason = observation.reason
    else { return Decision(job: self, next: next) }
    let word = String(reason.head.prefix(64))
    guard !reportedWords.contains(word), reportedWords.count < Self.wordLimit else {
      return Decision(job: self, next: next)
    }
    var job = self
    job.reportedWords.append(word)
    var event = job.event(.jobUnrecognised, at: now, previous: nil, evidence: evidence, rules)
    event.data.errorCode = reason.code
    event.data.cause = reason.text
    event.data.cure = reason.cure
    event.data.summary =
      "\(title) gets no usable answer: \(reason.text); jobwatch goes on asking"
    return Decision(job: job, events: [event], next: next)
  }

  /// Tries at short gaps, before a job without a usable answer is asked for at the plan's pace.
  private static let quickTries = 8

  /// A failed poll is repeated soon, doubling from the floor up to 15 s or the ceiling, and after eight at the
  /// plan's pace, but every 10 min at least; whatever stops the whole endpoint is the breaker's business.
  private func retry(at now: Timestamp, under rules: WatchRules) -> NextPoll {
    let floor = min(rules.polling.floor, rules.pollCeiling)
    let calm = max(floor, min(.seconds(15), rules.pollCeiling))
    guard rules.failuresBefore < Self.quickTries else {
      let age = age(at: now, offset: rules.clockOffset)
      let gap = pollGap(at: now, under: rules, knownAge: age)
      return .after(max(min(gap, .minutes(10)), calm))
    }
    return .after(min(floor.scaled(by: Double(1 << rules.failuresBefore)), calm))
  }
}

extension Observation {
  /// What an answer that tells nothing of the job says instead.
  fileprivate struct Reason {
    var text: String
    var code: String?
    var cure: String
    /// What makes it another reason than others: the text behind it may differ each time.
    var head: Substring { text.prefix { $0 != ":" } }
  }

  fileprivate var reason: Reason? {
    switch self {
    case .busy(let text):
      Reason(
        text: text, code: String(text.prefix { $0 != ":" }),
        cure: "check the id; if it belongs to another service or account, submit it again with that"
      )
    case .garbled(let text), .unreachable(let text):
      Reason(
        text: text,
        cure: "look at what answers for this job: a gateway or a proxy before the service, perhaps")
    case .forbidden(let complaint):
      Reason(
        text: "\(complaint.code): \(complaint.message)", code: complaint.code,
        cure: "allow the account's user to query this job")
    case .misconfigured(let complaint):
      Reason(
        text: "\(complaint.code): \(complaint.message)", code: complaint.code,
        cure: "check the id; if it belongs to another account or project, submit it again with that"
      )
    case .seen, .unrecognised, .absent, .throttled, .refused, .skewed: nil
    }
  }
}

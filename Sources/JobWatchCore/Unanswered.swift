/// Why a poll has told nothing of its job.
struct PollFailure {
  let text: String
  var code: String?
  let cure: String

  /// Nil for an answer that tells of the job, and for one that is the account's business.
  init?(_ observation: Observation) {
    switch observation {
    case .busy(let cause):
      (text, code) = (cause, String(cause.prefix { $0 != ":" }))
      cure = "check the id; if it belongs to another service or account, submit it again with that"
    case .garbled(let cause), .unreachable(let cause):
      text = cause
      cure = "look at what answers for this job: a gateway or a proxy before the service, perhaps"
    case .forbidden(let error):
      (text, code) = ("\(error.code): \(error.message)", error.code)
      cure = "allow the account's user to query this job"
    case .misconfigured(let error):
      (text, code) = ("\(error.code): \(error.message)", error.code)
      cure = "check the id; if it belongs to another account or project, submit it again with that"
    case .seen, .unrecognised, .absent, .throttled, .refused, .skewed: return nil
    }
  }

  /// What tells one reason from another; the text behind it may differ each time.
  var kind: String { String(text.prefix { $0 != ":" }.prefix(64)) }
}

extension JobStep {
  /// A poll without a usable answer. Once that lasts and the service is not to blame, it is told of the job, because no
  /// outage will be.
  mutating func unanswered(_ observation: Observation) -> Decision {
    guard job.state != .lost else { return Decision(job: job, next: nextLook) }
    endAbsence(observation)
    var events: [EventDraft] = []
    if context.failsAlone, context.failuresBefore >= Self.quickTries,
      let answer = PollFailure(observation), !job.reportedWords.contains(answer.kind),
      job.reportedWords.count < Self.wordLimit
    {
      job.reportedWords.append(answer.kind)
      var event = event(.jobUnrecognised)
      (event.data.errorCode, event.data.cause) = (answer.code, answer.text)
      event.data.cure = answer.cure
      event.data.summary = "\(job.title) gets no usable answer: \(answer.text); jobwatch goes on asking"
      events = [event]
    }
    return Decision(job: job, events: events, next: .after(retryGap))
  }

  /// What a service denied for a minute in the morning and denies again in the evening is not one run, when it had
  /// other answers between.
  private mutating func endAbsence(_ observation: Observation) {
    guard let since = job.absence?.since, now - since >= context.policies.absence.over else { return }
    switch observation {
    case .busy, .forbidden, .misconfigured: job.absence = nil
    default: break
    }
  }

  /// Tries at short gaps, before a job without a usable answer is polled at the pace of its plan.
  private static let quickTries = 8

  /// Doubles from the floor up to 15 s or the ceiling. After eight tries it is the plan's, at most 10 min. The breaker
  /// deals with whatever stops the whole endpoint.
  private var retryGap: Duration {
    let floor = context.policies.pollFloor
    let longest = max(floor, min(.seconds(15), context.policies.pollCeiling))
    guard context.failuresBefore < Self.quickTries else {
      let age = job.age(at: now, offset: context.clockOffset)
      let gap = job.pollGap(at: now, under: context, knownAge: age)
      return max(min(gap, .minutes(10)), longest)
    }
    return min(floor.scaled(by: Double(1 << context.failuresBefore)), longest)
  }
}

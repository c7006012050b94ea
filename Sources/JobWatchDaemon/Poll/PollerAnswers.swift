import JobWatchCore
import JobWatchStore

/// What an answer changes: first the health of what was asked, then the job, then the schedule.
extension Poller {
  func settle(_ call: Call, _ answer: Answer) async {
    let now = clock()
    noteClock(now)
    if let date = answer.evidence?.serverDate {
      lanes[call.lane]?.clockOffset.note(date, at: now.wall)
    }
    let changes = unsaved + judge(call, answer, at: now)
    unsaved = []
    let basis = basis(of: call, answer.observation, at: now)
    guard let rules = rules(for: call, basis, at: now) else { return }
    let record = PollRecord(
      ticket: call.ticket, projectID: call.grant.projectID, answer: answer, at: now.wall,
      rules: rules, routes: routes, changes: changes, key: basis.key,
      model: basis.model)
    let limiters = answer.observation.isThrottled ? queue.dueRecords(at: now) : []
    do {
      let outcome = try await store.write { transaction in
        try transaction.save(limiters)
        return try record.commit(transaction)
      }
      queue.noteSaved(limiters)
      if storeRetryAt != nil { log.notice("answers can be stored again") }
      answersCanBeStored(at: now)
      follow(outcome, of: call, basis, at: now)
    } catch {
      unsaved = changes + unsaved
      holdCalls(error, at: now)
      queue.putBack(call.ticket, until: now.uptime + Self.storeRetry)
      wake(for: call.lane, at: now)
    }
    // The other services that the credential is good for have slept until this answer.
    if call.passes.credential.isProbe { alarm.ring() }
  }

  private func rules(for call: Call, _ basis: PollBasis, at now: Moment) -> WatchRules? {
    guard let lane = lanes[call.lane] else { return nil }
    var rules = lane.rules
    rules.pace = basis.pace
    rules.stuckAge = basis.stuckAge
    rules.endsKnown = basis.model.completions
    rules.clockOffset = lane.clockOffset.value
    rules.verdictsHeld = lane.absences.isMass
    rules.absencesCountFrom = lane.absences.recoveredAt
    rules.clockSetAt = clockSetAt
    rules.failuresBefore = lane.failures[call.job] ?? 0
    rules.isAlone = lane.isOdd(call.job)
    return rules
  }

  /// An answer that cannot be stored is of no use, and the call for it was spent in vain.
  private func holdCalls(_ error: any Error, at now: Moment) {
    guard error is StoreError else {
      // One record that cannot be read concerns no other.
      return log.error("an answer cannot be stored", metadata: ["error": "\(error)"])
    }
    if storeRetryAt == nil {
      log.error(
        "answers cannot be stored; calls wait until they can", metadata: ["error": "\(error)"])
    }
    storeRetryAt = now.uptime + Self.storeRetry
    // In the words of the other loops that meet it: it is one trouble.
    pulse.isHindered(by: "\(error)", at: now.awake)
  }

  func answersCanBeStored(at now: Moment) {
    storeRetryAt = nil
    pulse.isHindered(by: nil, at: now.awake)
  }

  private static let storeRetry = Duration.seconds(5)

  func giveBack(
    _ passes: Lane.Permits, _ key: EndpointKey, _ grant: AccountAccess.ActiveCredential,
    at uptime: Duration
  ) {
    _ = credentials.withGate(grant.fingerprint) { $0.release(passes.credential, at: uptime) }
    lanes[key]?.permission.release(passes.permission, at: uptime)
    lanes[key]?.breaker.release(passes.breaker, at: uptime)
  }

  // MARK: Health

  private func judge(_ call: Call, _ answer: Answer, at now: Moment) -> [ConditionChange] {
    switch answer.observation {
    case .seen, .unrecognised:
      lanes[call.lane]?.failures[call.job] = nil
      lanes[call.lane]?.showed(call.job)
      return accepted(call, at: now) + unstalled(call, at: now.wall) + sighted(call.lane, at: now)
    case .absent:
      lanes[call.lane]?.failures[call.job] = nil
      return accepted(call, at: now) + unstalled(call, at: now.wall) + absent(call, at: now)
    case .busy(let reason):
      lanes[call.lane]?.failures[call.job, default: 0] += 1
      return accepted(call, at: now) + stalled(call, reason, at: now)
    case .throttled(let throttle):
      giveBack(call.passes, call.lane, call.grant, at: now.uptime)
      throttled(call.lane, throttle, at: now.uptime)
      return []
    case .garbled(let reason), .unreachable(let reason):
      lanes[call.lane]?.failures[call.job, default: 0] += 1
      return failed(call, reason, isOfEndpoint: answer.isOfEndpoint, at: now)
    case .refused(let complaint), .skewed(_, let complaint):
      _ = lanes[call.lane]?.refused.fail(call.job, watched: 1)
      lanes[call.lane]?.permission.release(call.passes.permission, at: now.uptime)
      return answered(call, at: now) + refused(call, complaint, at: now)
    case .forbidden(let complaint):
      return answered(call, at: now) + barred(call, .forbidden, complaint, at: now)
    case .misconfigured(let complaint):
      return answered(call, at: now) + barred(call, .misconfigured, complaint, at: now)
    }
  }

  /// The service took the call: credential, permission and endpoint are all right.
  private func accepted(_ call: Call, at now: Moment) -> [ConditionChange] {
    var changes = answered(call, at: now) + credentialAccepted(call, at: now)
    lanes[call.lane]?.barred.succeed(call.job)
    lanes[call.lane]?.refused.succeed(call.job)
    if lanes[call.lane]?.permission.succeed(call.passes.permission) == .opened {
      changes += ConditionChange.unbarred(call.lane, at: now.wall)
    }
    return changes
  }

  private func answered(_ call: Call, at now: Moment) -> [ConditionChange] {
    let change = lanes[call.lane]?.breaker.succeed(call.passes.breaker)
    lanes[call.lane]?.unanswered.succeed(call.job)
    guard let outage = lanes[call.lane]?.outage, lanes[call.lane]?.breaker.isShut == false else {
      return []
    }
    lanes[call.lane]?.outage = nil
    // One call that failed has left no backlog.
    if change == .opened { queue.spread(call.ticket.endpoint, at: now.uptime) }
    // That it failed is logged once the breaker shuts; one failed call is no news, nor is its end.
    if change == .opened || outage.isTold {
      log.notice(
        "an endpoint answers again",
        metadata: ["lane": "\(call.lane)", "after": "\((now.wall - outage.since).spoken)"])
    }
    return [.up(call.lane, .unreachable, at: now.wall)]
  }

  private func credentialAccepted(_ call: Call, at now: Moment) -> [ConditionChange] {
    credentials.accepted(call.passes.credential, call.grant.fingerprint)
      .flatMap { ConditionChange.loggedIn(account: $0, at: now.wall) }
  }

  private func refused(_ call: Call, _ complaint: APIError, at now: Moment) -> [ConditionChange] {
    let paused = credentials.refused(
      call.passes.credential, call.grant.fingerprint, complaint, at: now)
    // Another credential may be fetched at once.
    alarm.ring()
    return paused.map {
      .loggedOut(
        .refused, account: $0, complaint, cure: credentials.accounts[$0]?.cure ?? "",
        since: now.wall, at: now.wall)
    }
  }

  private func barred(
    _ call: Call, _ kind: Condition.Kind, _ complaint: APIError, at now: Moment
  ) -> [ConditionChange] {
    lanes[call.lane]?.failures[call.job, default: 0] += 1
    let accepted = credentialAccepted(call, at: now)
    guard let lane = lanes[call.lane] else { return accepted }
    let blame = lane.fail(call.job, \.barred, &queue, at: now.uptime)
    let isTelling = blame == .service || call.passes.permission.isProbe
    guard isTelling, lane.permission.fail(call.passes.permission, at: now.uptime) == .shut else {
      return accepted
    }
    return accepted + [.barred(call.lane, kind, complaint, at: now.wall)]
  }

  private func failed(
    _ call: Call, _ reason: String, isOfEndpoint: Bool, at now: Moment
  ) -> [ConditionChange] {
    _ = credentials.withGate(call.grant.fingerprint) {
      $0.release(call.passes.credential, at: now.uptime)
    }
    guard let lane = lanes[call.lane] else { return [] }
    lane.permission.release(call.passes.permission, at: now.uptime)
    let blame = lane.fail(
      call.job, \.unanswered, isOfEndpoint: isOfEndpoint, &queue, at: now.uptime)
    lane.outage?.isConfirmed = true
    if lane.outage == nil, !lane.unanswered.failing.isEmpty {
      lane.outage = Lane.Outage(since: now.wall, cause: reason)
    }
    guard blame == .service || call.passes.breaker.isProbe,
      lane.breaker.fail(call.passes.breaker, at: now.uptime) == .shut
    else { return [] }
    log.warning(
      "an endpoint gives no usable answer and is left alone but for probes",
      metadata: ["lane": "\(call.lane)", "cause": "\(reason)"])
    let since = lane.outage?.since ?? now.wall
    return [.begins(Condition(.endpoint(call.lane), .unreachable, since: since, cause: reason))]
  }

  /// `endpoint.down`, for outages that outlast the grace.
  func tellOutages(at now: Moment) {
    for (key, lane) in lanes where !held.contains(key.account) {
      guard let outage = lane.outage, !outage.isTold, outage.isConfirmed, lane.breaker.isShut,
        now.wall - outage.since >= grace
      else { continue }
      lane.outage?.isTold = true
      unsaved.append(
        .down(key, .unreachable, since: outage.since, cause: outage.cause, at: now.wall))
    }
  }

  private func throttled(_ key: EndpointKey, _ throttle: Throttle, at uptime: Duration) {
    log.notice(
      "the cloud's quota is used up; calls wait",
      metadata: ["lane": "\(key)", "code": "\(throttle.code)"])
    let endpoint = lanes[key]?.endpoint
    for (other, lane) in lanes
    where other == key || (throttle.perHost && lane.endpoint == endpoint) {
      queue[limiter: lane.place].throttled(throttle, at: uptime)
    }
  }
}

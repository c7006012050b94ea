extension WatchRules {
  /// Whether a running job of this age, in seconds, is old enough to be told as stuck.
  package func isStuck(at age: Double) -> Bool {
    [stuckAge, polling.stuckAfter].compactMap(\.self).contains { age >= $0.seconds }
  }
}

extension Job {
  /// Tells, once, that it has not ended at an age at which nearly all of its like have, or a user wants to know of it.
  ///
  /// For an answer at `now` that shows it at work. What had to be paid first is left out: its age says nothing beside
  /// that of others.
  mutating func tellStuck(_ evidence: Evidence?, at now: Timestamp, under rules: WatchRules)
    -> [EventDraft]
  {
    let age = age(at: now, offset: rules.clockOffset)
    guard !state.isFinal, state != .awaitingPayment, paidAt == nil, notices.stuckAt == nil,
      rules.isStuck(at: age)
    else { return [] }
    notices.stuckAt = now
    var event = event(.jobStuck, at: now, previous: nil, evidence: evidence, rules)
    let begun = begunAt(offset: rules.clockOffset)
    let head = "\(title) has not ended after \((now - begun).spoken)"
    if let learned = rules.stuckAge, age >= learned.seconds {
      let like = jobType == nil ? "\(key.service) jobs" : "jobs of its type"
      event.data.expectedBy = begun + learned
      event.data.summary =
        "\(head); 999 of 1000 \(like) in \(region) end within \(learned.spoken) (\(rules.endsKnown) known)"
    } else if let limit = rules.polling.stuckAfter {
      event.data.expectedBy = begun + limit
      event.data.summary = "\(head), longer than stuck_after (\(limit.spoken))"
    }
    return [event]
  }
}

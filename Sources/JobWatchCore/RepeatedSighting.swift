/// What follows from an answer that says of a running job what the last one said, without its row being read. It comes to
/// what `Job.observe` would decide.
package struct RepeatedSighting: Hashable, Sendable {
  /// In seconds since the job began.
  package let age: Double
  /// Until the next poll.
  package let gap: Duration
  /// The next age at which the job is asked for whatever its plan says.
  package let deadline: Duration?

  /// Nil for any other answer, and where the row has to be read to decide.
  package init?(
    _ observation: Observation, jitterSeed: UInt32, at now: Timestamp, under rules: WatchRules
  ) {
    guard case .seen(let state, let report) = observation, !state.isFinal,
      state != .awaitingPayment, let begin = report.begin?.instant
    else { return nil }
    age = Job.knownAge((now - (begin - rules.clockOffset)).seconds)
    // Whether it was told to be stuck is in its row.
    guard !rules.isStuck(at: age) else { return nil }
    deadline = rules.polling.deadline(after: age, expectWithin: nil)
    gap = rules.cut(rules.gap(after: age, jitterSeed: jitterSeed), after: age, at: deadline)
  }
}

// A submitter may know how long a job takes, and say so: `Job.Hint.expectWithin`. It is asked for when that time is over,
// so that an end in time is known in time, and told to be late a little after, where no end is known by then.

extension Job {
  /// Between the expected end and the notice: time for the question that is asked at the expected end, and for its answer.
  static let lateGrace = Duration.seconds(30)

  /// When its end is expected at the latest, by the local clock; nil: nobody said.
  package var expectedBy: Timestamp? {
    hint.expectWithin.map { begunAsSeen + $0 }
  }

  /// When it began, by the local clock and without asking the cloud for its own: at its last sighting its age was reckoned
  /// with the clock that the cloud had then.
  private var begunAsSeen: Timestamp {
    guard let lastSeenAt, span.known > 0, !state.isFinal, state != .awaitingPayment else {
      return begunAt(offset: .zero)
    }
    return lastSeenAt - .milliseconds(Int64((1000 * span.known).rounded()))
  }

  /// Whether it was told to have missed the time that is expected of it, or a longer one.
  package var isToldLate: Bool {
    guard let expectation = hint.expectWithin, let told = notices.late else { return false }
    return expectation.milliseconds <= told
  }

  /// When it is told to be late, unless its end is known by then; nil: never, or it was.
  var lateAt: Timestamp? {
    guard !state.isFinal, !isToldLate else { return nil }
    return expectedBy.map { $0 + Self.lateGrace }
  }

  /// Says what is known: that it was seen after it should have ended, or why nobody saw it since.
  func lateEvent(at now: Timestamp, _ rules: WatchRules) -> EventDraft {
    var event = event(.jobLate, at: now, previous: nil, evidence: nil, rules)
    event.data.expectedBy = expectedBy
    let time = hint.expectWithin?.spoken ?? ""
    if let seen = lastSeenAt, let expectedBy, seen >= expectedBy {
      let word = report.map(\.rawStatus) ?? ""
      event.data.summary =
        "\(title) has not ended within \(time): it was still "
        + "\(word.isEmpty ? state.rawValue : word) when last seen \((now - seen).spoken) ago"
      return event
    }
    let gap = rules.blindGap(
      from: lastVouchedAt, to: now,
      otherwise: absence == nil
        ? "no answer has told of it" : "the service answers that it knows no such job")
    event.data.blindGap = gap
    let sight = lastSeenAt.map { "it was not seen since \($0)" } ?? "it was never seen"
    event.data.summary =
      "\(title) is not known to have ended within \(time): \(sight), because \(gap.cause)"
    return event
  }
}

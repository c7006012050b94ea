import JobWatchCore

/// The effect of an answer on its job, as far as the queue needs to know it.
package struct PollOutcome: Sendable {
  package var next: NextPoll
  /// The job has ended, as far as is known; a lost one may still be looked for.
  package var isFinal: Bool
  /// The service has shown the job some time, or it has ended.
  package var isShown: Bool
  /// As it is on record after an answer that told of the job; nil: the answer told nothing of it.
  package var span: WatchedSpan?
  /// After such an answer: it counts among the jobs that run and may end.
  package var isWatched: Bool
  /// After such an answer: the next age at which it is polled whatever its plan says.
  package var deadline: Duration?
  /// The model of its type with this answer, if it was a sample.
  package var learned: DurationModel?

  package init(
    next: NextPoll, isFinal: Bool, isShown: Bool = true, span: WatchedSpan? = nil,
    isWatched: Bool = false, deadline: Duration? = nil, learned: DurationModel? = nil
  ) {
    (self.next, self.isFinal, self.isShown) = (next, isFinal, isShown)
    (self.span, self.isWatched, self.deadline) = (span, isWatched, deadline)
    self.learned = learned
  }
}

extension PollQueue {
  /// The knowledge of a job's type by which its answer is judged: rules for the decision, and the model that learns from
  /// its end.
  package struct TypeKnowledge: Sendable {
    let type: DurationBook.ID
    package let key: DurationKey
    package let model: DurationModel
    /// Nil: the user wants the same gap always.
    let plan: PollPlan?
    package let pace: PollPace
    /// The age that hardly one job of its type in a thousand reaches; nil while too few are known to say.
    package let stuckAge: Duration?
  }
}

extension ScheduledPoll {
  /// - Parameter plan: of its type; nil: the user wants the same gap always.
  mutating func plan(after gap: Duration, _ outcome: PollOutcome, _ plan: PollPlan?, at uptime: Duration) {
    if isWatched, outcome.span != nil, let plan, gap >= plan.gap(after: span.known, jitterSeed: jitterSeed) {
      self.plan(at: uptime + gap, price: plan.price)
    } else {
      self.plan(at: uptime + gap, for: outcome.isShown ? .follow : .again)
    }
  }
}

import JobWatchCore

/// What an answer made of its job, as far as the queue needs to know it.
package struct PollOutcome: Sendable {
  package var next: NextPoll
  /// The job has ended, as far as is known; a lost one may still be looked for.
  package var isFinal: Bool
  /// The service has shown the job some time, or it has ended.
  package var isShown: Bool
  /// How the job stands on record after an answer that told of it.
  package var sighting: Sighting?
  /// What is known of its type now, if the answer was a sample.
  package var learned: DurationModel?

  package init(
    next: NextPoll, isFinal: Bool, isShown: Bool = true, sighting: Sighting? = nil,
    learned: DurationModel? = nil
  ) {
    self.next = next
    self.isFinal = isFinal
    self.isShown = isShown
    self.sighting = sighting
    self.learned = learned
  }

  package struct Sighting: Sendable {
    package var span: WatchedSpan
    /// It counts among the jobs that run and may end.
    package var isWatched: Bool
    /// The next age at which it is asked for whatever its plan says.
    package var deadline: Duration?

    package init(span: WatchedSpan, isWatched: Bool, deadline: Duration? = nil) {
      self.span = span
      self.isWatched = isWatched
      self.deadline = deadline
    }
  }
}

extension PollQueue {
  /// What is known of a job's type when its answer is judged: the rules for the decision, and what its end is added to.
  package struct Basis: Sendable {
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

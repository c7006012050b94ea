/// A watched job as its row has it: what the queue is built from.
package struct ScheduledJob: Sendable {
  package var id: Int64
  package var endpoint: EndpointKey
  /// Its type is empty where it is not known yet.
  package var type: DurationKey
  /// See `JobKey.jitterSeed`.
  package var jitterSeed: UInt32
  package var state: JobState
  package var span: WatchedSpan
  /// It counts among the jobs that run and may end.
  package var isWatched: Bool
  /// When it had the age of `span.known`: when it was last seen, or when it began.
  package var knownAt: Timestamp
  package var dueAt: Timestamp
  /// How long after its begin it is expected to have ended.
  package var expectWithin: Duration?
  /// It was not asked for yet, or nothing came of it.
  package var isFresh: Bool
  /// It was shown some time.
  package var isSeen: Bool
  /// The service said "no such job", which is not believed yet.
  package var isDoubted: Bool

  package init(
    id: Int64, endpoint: EndpointKey, type: DurationKey, jitterSeed: UInt32, state: JobState,
    span: WatchedSpan, isWatched: Bool, knownAt: Timestamp, dueAt: Timestamp,
    expectWithin: Duration? = nil, isFresh: Bool = false, isSeen: Bool = true,
    isDoubted: Bool = false
  ) {
    self.id = id
    self.endpoint = endpoint
    self.type = type
    self.jitterSeed = jitterSeed
    self.state = state
    self.span = span
    self.isWatched = isWatched
    self.knownAt = knownAt
    self.dueAt = dueAt
    self.expectWithin = expectWithin
    self.isFresh = isFresh
    self.isSeen = isSeen
    self.isDoubted = isDoubted
  }

  /// By the local clock.
  package var begunAt: Timestamp {
    knownAt - .milliseconds(Int64((1000 * span.known).rounded()))
  }

  /// Submitted again after it was lost, say, and not asked for since.
  package var isReopened: Bool { state == .registered && isSeen }

  /// Looked for now and then, with little hope.
  package var isLost: Bool { state == .lost }
}

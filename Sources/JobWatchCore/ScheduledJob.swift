/// A watched job as its row has it, for the queue.
package struct ScheduledJob: Sendable {
  package var id: Int64
  package var endpoint: EndpointKey
  /// Its type is empty where it is not known yet.
  package var type: DurationKey
  package var jitterSeed: UInt32
  package var state: JobState
  package var span: WatchedSpan
  package var isWatched: Bool
  /// When it had the age of `span.known`: when it was last seen, or when it began.
  package var knownAt: Timestamp
  package var dueAt: Timestamp
  package var expectWithin: Duration?
  /// No poll has said anything of it yet.
  package var isFresh: Bool
  /// The service has shown it.
  package var isSeen: Bool
  /// The service said "no such job", which is not believed yet.
  package var isAbsent: Bool

  package init(
    id: Int64, endpoint: EndpointKey, type: DurationKey, jitterSeed: UInt32, state: JobState,
    span: WatchedSpan, isWatched: Bool, knownAt: Timestamp, dueAt: Timestamp,
    expectWithin: Duration? = nil, isFresh: Bool = false, isSeen: Bool = true,
    isAbsent: Bool = false
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
    self.isAbsent = isAbsent
  }

  /// By the local clock.
  package var begunAt: Timestamp {
    knownAt - .milliseconds(Int64((1000 * span.known).rounded()))
  }

  /// Submitted again after its watch had ended, and not seen since.
  package var isReopened: Bool { state == .registered && isSeen }

  /// Looked for at the longest gap.
  package var isLost: Bool { state == .lost }
}

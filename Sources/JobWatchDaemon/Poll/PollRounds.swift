import JobWatchCore
import JobWatchStore

/// What the poller's loop has seen and when it looks again.
struct PollRounds {
  private(set) var isLoaded = false
  /// The newest event that was looked at for new jobs.
  var seenSeq: Int64 = 0
  /// When the loop looks again; an answer that makes something due before that rings.
  var wakesAt = Duration.zero
  private var lookedAt = Duration.zero
  private var reviewedAt: Duration?

  /// Due times are served in ticks, so that a thousand polls a second do not wake the loop a thousand times.
  static let tick = Duration.milliseconds(10)
  static let rowsAtOnce = 10_000
  private static let reviewEvery = Duration.seconds(30)

  mutating func loaded(upTo seq: Int64) { (isLoaded, seenSeq) = (true, seq) }

  /// Without a hint it looks now and then, because a hint may be lost.
  mutating func looksForNews(isHinted: Bool, every wait: Duration, at uptime: Duration) -> Bool {
    guard isHinted || uptime - lookedAt >= wait else { return false }
    lookedAt = uptime
    return true
  }

  mutating func reviews(at uptime: Duration) -> Bool {
    if let reviewedAt, uptime - reviewedAt < Self.reviewEvery { return false }
    reviewedAt = uptime
    return true
  }
}

/// What the poller knows of the wall clock.
struct WallClockState {
  private var watch = ClockWatch()
  /// When it was last set.
  private(set) var setAt: Timestamp?
  /// Times of jobs may be stored that are later than now: at a start, and when the clock was set back.
  var mayHaveTimesAhead = true

  /// By how much it was set since the last look; nil: it was not.
  mutating func step(at now: Moment) -> Duration? {
    guard let step = watch.step(at: now) else { return nil }
    setAt = now.wall
    if step < .zero { mayHaveTimesAhead = true }
    return step
  }
}

/// What could not be stored yet.
struct UnsavedChanges {
  /// What is on its way to be stored.
  struct Batch {
    fileprivate var number: Int
    private(set) var changes: [ConditionChange]

    fileprivate init(_ number: Int, _ changes: [ConditionChange]) {
      (self.number, self.changes) = (number, changes)
    }
  }

  private struct Key: Hashable {
    var subject: Condition.Subject
    var kind: Condition.Kind

    init(_ change: ConditionChange) {
      (subject, kind) = (change.condition.subject, change.condition.kind)
    }
  }

  /// In the order in which they came about.
  var changes: [ConditionChange] = []
  private var batches = 0
  /// The last batch that changes a condition.
  private var newest: [Key: Int] = [:]
  /// No call is made before this, because its answer could not be stored just now.
  var retryAt: Duration?

  static let retryAfter = Duration.seconds(5)

  /// - Parameter more: what an answer adds.
  mutating func take(with more: [ConditionChange] = []) -> Batch {
    batches += 1
    let batch = Batch(batches, changes + more)
    for change in batch.changes { newest[Key(change)] = batch.number }
    changes = []
    return batch
  }

  mutating func stored(_ batch: Batch) {
    for change in batch.changes where newest[Key(change)] == batch.number {
      newest[Key(change)] = nil
    }
  }

  /// It could not be stored. What a later batch has overtaken, the begin of something that is over, is dropped.
  mutating func giveBack(_ batch: Batch) {
    changes = batch.changes.filter { newest[Key($0)] == batch.number } + changes
  }
}

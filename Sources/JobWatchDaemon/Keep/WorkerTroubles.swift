import JobWatchCore

/// The loops that cannot do their work: when each began to fail, when that is told, and when it is over. All of it stays
/// here until it is on record, because a full disk may be what keeps it from being written.
struct WorkerTroubles {
  private struct Trouble {
    var since: Timestamp
    var reason: String
    var toldAt: Timestamp?
    var isOver = false
    /// What of it is on record.
    var isStored = false
    var isTellingStored = false

    var needsStoring: Bool { !isStored || isOver || (toldAt != nil && !isTellingStored) }
  }

  private var troubles: [String: Trouble] = [:]
  private let grace: Duration

  /// - Parameters:
  ///   - conditions: what is on record at the start.
  ///   - grace: how long a trouble lasts before it is told.
  init(_ conditions: [Condition], grace: Duration) {
    self.grace = grace
    for condition in conditions {
      guard case .worker(let name) = condition.subject else { continue }
      troubles[name] = Trouble(
        since: condition.since, reason: condition.cause, toldAt: condition.toldAt, isStored: true,
        isTellingStored: condition.toldAt != nil)
    }
  }

  /// Takes what the loops say now.
  /// - Parameter untried: loops that have not tried since the start: their old trouble may last.
  mutating func update(
    failing: [(loop: String, failure: LoopHealth.Failure)], untried: [String], at now: Moment
  ) {
    for (loop, failure) in failing {
      let lasts = now.awake - failure.since
      var trouble =
        troubles[loop] ?? Trouble(since: now.wall - lasts, reason: failure.reason)
      trouble.isOver = false
      if trouble.toldAt == nil, lasts >= grace {
        (trouble.reason, trouble.toldAt) = (failure.reason, now.wall)
      }
      troubles[loop] = trouble
    }
    let lasting = Set(failing.map(\.loop)).union(untried)
    for loop in Array(troubles.keys) where !lasting.contains(loop) {
      troubles[loop]?.isOver = true
    }
  }

  /// What is to be stored. One reason is told once, in however many loops it shows.
  func changes(at now: Timestamp) -> [ConditionChange] {
    let open = troubles.filter(\.value.needsStoring).sorted { $0.key < $1.key }
    let begun = open.filter { !$0.value.isStored }.map { loop, trouble in
      ConditionChange.begins(
        Condition(.worker(loop), .failing, since: trouble.since, cause: trouble.reason))
    }
    let untold = open.filter { $0.value.toldAt != nil && !$0.value.isTellingStored }
    let told = Dictionary(grouping: untold, by: \.value.reason).sorted { $0.key < $1.key }
      .flatMap { reason, loops in
        ConditionChange.degraded(
          Dictionary(uniqueKeysWithValues: loops.map { ($0.key, $0.value.since) }),
          because: reason, at: loops.compactMap(\.value.toldAt).min() ?? now)
      }
    let over = open.filter(\.value.isOver).map { ConditionChange.works($0.key, at: now) }
    return begun + told + over
  }

  /// All of `changes` is on record.
  mutating func stored() {
    troubles = troubles.filter { !$0.value.isOver }.mapValues { trouble in
      var trouble = trouble
      (trouble.isStored, trouble.isTellingStored) = (true, trouble.toldAt != nil)
      return trouble
    }
  }
}

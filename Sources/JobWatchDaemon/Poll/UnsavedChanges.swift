import JobWatchCore

/// Changes of conditions that could not be stored yet.
struct UnsavedChanges {
  /// Changes on their way to be stored.
  struct Batch {
    fileprivate var number: Int
    fileprivate(set) var changes: [ConditionChange]
  }

  /// In the order in which they came about.
  var changes: [ConditionChange] = []
  /// No call is made before this, because its answer could not be stored just now.
  var retryAt: Duration?
  private var batches = 0
  /// The last batch that changes a condition.
  private var newest: [Condition.Subject: [Condition.Kind: Int]] = [:]

  static let retryAfter = Duration.seconds(5)

  /// - Parameter more: the changes that an answer adds.
  mutating func take(with more: [ConditionChange] = []) -> Batch {
    batches += 1
    let batch = Batch(number: batches, changes: changes + more)
    for condition in batch.changes.map(\.condition) {
      newest[condition.subject, default: [:]][condition.kind] = batches
    }
    changes = []
    return batch
  }

  /// The batch could not be stored. The begin of something is dropped if a later batch has its end.
  mutating func giveBack(_ batch: Batch) {
    changes =
      batch.changes.filter {
        newest[$0.condition.subject]?[$0.condition.kind] == batch.number
      } + changes
  }
}

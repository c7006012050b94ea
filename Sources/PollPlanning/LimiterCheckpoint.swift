/// Whether the stored record of a limiter allows for what has happened since.
///
/// It counts events: a call begins, something is learned, a record is made. A record allows for the calls that begin
/// while the count is within its allowance.
struct LimiterCheckpoint: Sendable {
  private(set) var count: Int64 = 0
  /// The count when something was learned that must be on record.
  private var learnedAt: Int64 = 0
  private var savedAt: Int64 = 0
  private var savedAhead = 0

  /// - Parameter count: what the record says from which the limiter is restored, or more.
  init(count: Int64 = 0) {
    self.count = count
    savedAt = count
  }

  /// A call begins.
  mutating func note() { count += 1 }

  mutating func noteLearned() {
    count += 1
    learnedAt = count
  }

  /// The number of a record that is made now.
  mutating func next() -> Int64 {
    count += 1
    return count
  }

  /// The record of this number is stored. Another one may have been, meanwhile, that was made later.
  mutating func saved(_ number: Int64, ahead: Int) {
    guard number > savedAt else { return }
    (savedAt, savedAhead) = (number, ahead)
  }

  var isDue: Bool { learnedAt > savedAt || !covers(0) }

  /// Whether so many more calls may begin before the next record.
  func covers(_ calls: Int) -> Bool { count + Int64(calls) - savedAt <= Int64(savedAhead) }
}

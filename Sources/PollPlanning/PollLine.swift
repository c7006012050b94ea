/// Jobs that wait in the order in which they came. Taking the first moves no other.
struct PollLine: Sendable {
  private var polls: [ScheduledPoll] = []
  /// Of the polls; what is before it is gone.
  private var head = 0

  var count: Int { polls.count - head }
  /// Of those for which the price makes no room.
  var uncounted: Int { polls[head...].count { !$0.isCounted } }
  var first: ScheduledPoll? { head < polls.count ? polls[head] : nil }

  mutating func append(_ poll: ScheduledPoll) { polls.append(poll) }

  mutating func removeFirst() -> ScheduledPoll? {
    guard let first else { return nil }
    head += 1
    if head == polls.count {
      polls.removeAll(keepingCapacity: polls.count < 4096)
      head = 0
    } else if head >= 4096 && 2 * head >= polls.count {
      polls.removeFirst(head)
      head = 0
    }
    return first
  }

  mutating func takeAll() -> [ScheduledPoll] {
    defer { (polls, head) = ([], 0) }
    return Array(polls[head...])
  }

  mutating func remove(_ jobs: Set<Int64>) -> [ScheduledPoll] {
    let gone = polls[head...].filter { jobs.contains($0.job) }
    if !gone.isEmpty { (polls, head) = (polls[head...].filter { !jobs.contains($0.job) }, 0) }
    return gone
  }

  func first(where isWanted: (ScheduledPoll) -> Bool) -> ScheduledPoll? {
    polls[head...].first(where: isWanted)
  }

  /// The least first.
  mutating func reorder(by rank: (ScheduledPoll) -> Double) {
    var ranked = polls.indices[head...].map {
      (rank: Float(rank(polls[$0])), index: Int32($0))
    }
    ranked.sort { ($0.rank, $0.index) < ($1.rank, $1.index) }
    (polls, head) = (ranked.map { polls[Int($0.index)] }, 0)
  }
}

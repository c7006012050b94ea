import JobWatchCore

/// Jobs that wait in the order in which they came. Taking the first moves no other.
struct PollLine: Sendable {
  private var tickets: [ScheduledPoll] = []
  /// Of the tickets; what is before it is gone.
  private var head = 0

  var count: Int { tickets.count - head }
  /// Of those for which the price makes no room.
  var uncounted: Int { tickets[head...].count { !$0.isCounted } }
  var first: ScheduledPoll? { head < tickets.count ? tickets[head] : nil }

  mutating func append(_ ticket: ScheduledPoll) { tickets.append(ticket) }

  mutating func removeFirst() -> ScheduledPoll? {
    guard let first else { return nil }
    head += 1
    if head == tickets.count {
      tickets.removeAll(keepingCapacity: tickets.count < 4096)
      head = 0
    } else if head >= 4096 && 2 * head >= tickets.count {
      tickets.removeFirst(head)
      head = 0
    }
    return first
  }

  mutating func takeAll() -> [ScheduledPoll] {
    defer { (tickets, head) = ([], 0) }
    return Array(tickets[head...])
  }

  mutating func remove(_ jobs: Set<Int64>) -> [ScheduledPoll] {
    let gone = tickets[head...].filter { jobs.contains($0.job) }
    if !gone.isEmpty { (tickets, head) = (tickets[head...].filter { !jobs.contains($0.job) }, 0) }
    return gone
  }

  func first(where isWanted: (ScheduledPoll) -> Bool) -> ScheduledPoll? {
    tickets[head...].first(where: isWanted)
  }

  /// The least first.
  mutating func reorder(by rank: (ScheduledPoll) -> Double) {
    var ranked = tickets.indices[head...].map {
      (rank: Float(rank(tickets[$0])), index: Int32($0))
    }
    ranked.sort { ($0.rank, $0.index) < ($1.rank, $1.index) }
    (tickets, head) = (ranked.map { tickets[Int($0.index)] }, 0)
  }
}

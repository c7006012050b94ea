import HeapModule

/// Whom to ask next at one (account, service), and when: the watched jobs by their due times, the price of a call and
/// the budget.
package struct PollSchedule: Sendable {
  package var budget: Budget
  package private(set) var price: CallPrice
  private var tickets = Heap<PollTicket>()

  /// - Parameter price: the least price of a call, in seconds of latency.
  package init(budget: Budget = Budget(), price: Double) {
    self.budget = budget
    self.price = CallPrice(least: price)
  }

  package var count: Int { tickets.count }
  package var first: PollTicket? { tickets.min }

  /// For a ticket that was given its due time.
  package mutating func add(_ ticket: PollTicket) {
    tickets.insert(ticket)
  }

  package mutating func remove(_ jobs: Set<Int64>) -> [PollTicket] {
    let gone = tickets.unordered.filter { jobs.contains($0.job) }
    if !gone.isEmpty { tickets = Heap(tickets.unordered.filter { !jobs.contains($0.job) }) }
    return gone
  }

  /// When `take` is worth a try: not after `uptime` means now; nil: only an answer, or a new job, can change it.
  ///
  /// - Parameter isUrgent: the next call is a probe.
  package func readyAt(_ uptime: Duration, isUrgent: Bool = false) -> Duration? {
    guard let first = tickets.min, let allowed = budget.readyAt(uptime, isUrgent: isUrgent) else {
      return nil
    }
    return max(first.due, allowed)
  }

  /// The job to ask for now, out of the schedule and with its call counted; nil: none is due, or none may be asked for.
  package mutating func take(
    at uptime: Duration, from book: inout DurationBook, isUrgent: Bool = false
  ) -> PollTicket? {
    guard let ready = readyAt(uptime, isUrgent: isUrgent), ready <= uptime else { return nil }
    budget.spend(at: uptime)
    return tickets.removeMin()
  }

  /// Undoes `take`: no call was made.
  package mutating func putBack(_ ticket: PollTicket, at uptime: Duration) {
    budget.finish(at: uptime)
    add(ticket)
  }
}

import HeapModule

/// The jobs that are due and wait to be asked for: those whose record may soon be deleted, the nearest deadline first,
/// and then the others in the order in which they came.
///
/// A record may be deleted from the time its job was last seen and the service's retention on. A job unseen for half
/// of that goes before everything; one unseen for longer than all of it has nothing left to be saved, and goes with
/// the others.
struct PollBacklog: Sendable {
  private struct Urgent: Comparable, Sendable {
    var ticket: PollTicket

    static func < (left: Urgent, right: Urgent) -> Bool {
      (left.ticket.knownAt, left.ticket.job) < (right.ticket.knownAt, right.ticket.job)
    }

    static func == (left: Urgent, right: Urgent) -> Bool {
      left.ticket.knownAt == right.ticket.knownAt && left.ticket.job == right.ticket.job
    }
  }

  private var urgent = Heap<Urgent>()
  private var line: [PollTicket] = []
  /// Of the line; what is before it is gone.
  private var head = 0
  /// No job of the line is urgent before this uptime.
  private var calmUntil: Duration?
  private let retention: Duration?

  private static let sweep = Duration.seconds(10)

  /// - Parameter retention: how long the service keeps the record of a job that ended; nil: not known.
  init(retention: Duration?) { self.retention = retention }

  var count: Int { urgent.count + line.count - head }
  var isEmpty: Bool { count == 0 }
  var hasUrgent: Bool { !urgent.isEmpty }
  var first: PollTicket? { urgent.min?.ticket ?? (head < line.count ? line[head] : nil) }

  mutating func append(_ ticket: PollTicket, at uptime: Duration) {
    if isUrgent(ticket, at: uptime) { return urgent.insert(Urgent(ticket: ticket)) }
    line.append(ticket)
    if let retention, uptime - ticket.knownAt < retention {
      let time = ticket.knownAt + retention / 2
      calmUntil = min(calmUntil ?? time, time)
    }
  }

  /// Those of the line whose time has come become urgent, and those that are too late join the line.
  mutating func sort(at uptime: Duration) {
    guard let retention else { return }
    while let late = urgent.min?.ticket, uptime - late.knownAt >= retention {
      urgent.removeMin()
      line.append(late)
    }
    guard let calm = calmUntil, calm <= uptime else { return }
    let rest = line[head...]
    (line, head, calmUntil) = ([], 0, nil)
    for ticket in rest { append(ticket, at: uptime) }
    calmUntil = calmUntil.map { max($0, uptime + Self.sweep) }
  }

  mutating func removeFirst() -> PollTicket? {
    if let urgent = urgent.popMin() { return urgent.ticket }
    guard head < line.count else { return nil }
    let first = line[head]
    head += 1
    if head == line.count {
      line.removeAll(keepingCapacity: line.count < 4096)
      head = 0
    } else if head >= 4096 && 2 * head >= line.count {
      line.removeFirst(head)
      head = 0
    }
    return first
  }

  mutating func remove(_ jobs: Set<Int64>) -> [PollTicket] {
    let gone = (urgent.unordered.map(\.ticket) + line[head...]).filter { jobs.contains($0.job) }
    guard !gone.isEmpty else { return [] }
    urgent = Heap(urgent.unordered.filter { !jobs.contains($0.ticket.job) })
    (line, head) = (line[head...].filter { !jobs.contains($0.job) }, 0)
    return gone
  }

  /// The line by this, the least first.
  mutating func reorder(by rank: (PollTicket) -> Double) {
    var ranked = line.indices[head...].map { (rank: Float(rank(line[$0])), index: Int32($0)) }
    ranked.sort { ($0.rank, $0.index) < ($1.rank, $1.index) }
    (line, head) = (ranked.map { line[Int($0.index)] }, 0)
  }

  /// Of a job that is due.
  func isUrgent(_ ticket: PollTicket, at uptime: Duration) -> Bool {
    guard let retention else { return false }
    let unseen = uptime - ticket.knownAt
    return unseen >= retention / 2 && unseen < retention
  }
}

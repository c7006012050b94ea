import DequeModule
import HeapModule
import JobWatchCore

/// The jobs that are due. Those whose record may soon be deleted come first, the nearest deletion first; then the others
/// in the order in which they came. Jobs that may not exist have a line of their own, which takes turns with the other,
/// because a flood of unknown ids must delay no job that runs.
///
/// A record may be deleted once its job is unseen for the service's retention. A job unseen for half of that goes first.
/// One unseen for all of it has nothing left to be saved, and joins the others.
struct PollBacklog: Sendable {
  private struct Urgent: Comparable, Sendable {
    var poll: ScheduledPoll

    static func < (left: Urgent, right: Urgent) -> Bool {
      (left.poll.knownAt, left.poll.job) < (right.poll.knownAt, right.poll.job)
    }
  }

  private var urgent = Heap<Urgent>()
  private var line = Deque<ScheduledPoll>()
  /// Those that may not exist.
  private var patient = Deque<ScheduledPoll>()
  private var isPatientNext = false
  /// No job that waits in a line is urgent before this uptime.
  private var calmUntil: Duration?
  private let retention: Duration?

  private static let sweep = Duration.seconds(10)

  /// - Parameter retention: how long the service keeps the record of a job that ended; nil: not known.
  init(retention: Duration?) { self.retention = retention }

  var count: Int { urgent.count + line.count + patient.count }
  /// Of those for which the price makes room.
  var countedCount: Int { count - patient.count { !$0.isCounted } }
  var isEmpty: Bool { count == 0 }
  var hasUrgent: Bool { !urgent.isEmpty }
  var first: ScheduledPoll? { urgent.min?.poll ?? line.first ?? patient.first }

  mutating func append(_ poll: ScheduledPoll, at uptime: Duration) {
    if isUrgent(poll, at: uptime) { return urgent.insert(Urgent(poll: poll)) }
    wait(poll)
    if let retention, uptime - poll.knownAt < retention {
      let time = poll.knownAt + retention / 2
      calmUntil = min(calmUntil ?? time, time)
    }
  }

  private mutating func wait(_ poll: ScheduledPoll) {
    if poll.isPatient { patient.append(poll) } else { line.append(poll) }
  }

  /// Those in line whose time has come become urgent, and those that are too late join the line.
  mutating func sort(at uptime: Duration) {
    guard let retention else { return }
    while let late = urgent.min?.poll, uptime - late.knownAt >= retention {
      urgent.removeMin()
      wait(late)
    }
    guard let calm = calmUntil, calm <= uptime else { return }
    let rest = line.takeAll() + patient.takeAll()
    calmUntil = nil
    for poll in rest { append(poll, at: uptime) }
    calmUntil = calmUntil.map { max($0, uptime + Self.sweep) }
  }

  mutating func removeFirst() -> ScheduledPoll? {
    if let urgent = urgent.popMin() { return urgent.poll }
    if line.isEmpty || !patient.isEmpty && isPatientNext {
      isPatientNext = false
      return patient.takeFirst()
    }
    isPatientNext = true
    return line.takeFirst()
  }

  mutating func remove(_ jobs: Set<Int64>) -> [ScheduledPoll] {
    let gone = urgent.unordered.map(\.poll).filter { jobs.contains($0.job) }
    if !gone.isEmpty { urgent = Heap(urgent.unordered.filter { !jobs.contains($0.poll.job) }) }
    return gone + line.remove(jobs) + patient.remove(jobs)
  }

  func first(where isWanted: (ScheduledPoll) -> Bool) -> ScheduledPoll? {
    urgent.unordered.filter { isWanted($0.poll) }.min()?.poll ?? line.first(where: isWanted)
      ?? patient.first(where: isWanted)
  }

  /// Both lines by this, the least first.
  mutating func reorder(by rank: (ScheduledPoll) -> Double) {
    line.reorder(by: rank)
    patient.reorder(by: rank)
  }

  func isUrgent(_ poll: ScheduledPoll, at uptime: Duration) -> Bool {
    guard let retention else { return false }
    let unseen = uptime - poll.knownAt
    return unseen >= retention / 2 && unseen < retention
  }
}

extension Deque<ScheduledPoll> {
  fileprivate mutating func takeAll() -> Self {
    defer { self = [] }
    return self
  }

  /// The first. The room of a long line is given back once it is empty.
  fileprivate mutating func takeFirst() -> ScheduledPoll? { count == 1 ? takeAll().first : popFirst() }

  fileprivate mutating func remove(_ jobs: Set<Int64>) -> [ScheduledPoll] {
    let gone = filter { jobs.contains($0.job) }
    if !gone.isEmpty { removeAll { jobs.contains($0.job) } }
    return Array(gone)
  }

  /// The least first.
  fileprivate mutating func reorder(by rank: (ScheduledPoll) -> Double) {
    var ranked = indices.map { (rank: Float(rank(self[$0])), index: Int32($0)) }
    ranked.sort { ($0.rank, $0.index) < ($1.rank, $1.index) }
    self = Self(ranked.map { self[Int($0.index)] })
  }
}

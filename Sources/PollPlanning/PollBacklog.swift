import HeapModule
import JobWatchCore

/// The jobs that are due and wait to be asked for: those whose record may soon be deleted, the nearest deadline first,
/// and then the others in the order in which they came. Those of which it is not known whether they exist have a line of
/// their own, which takes turns with the other: a flood of unknown ids holds up no job that runs.
///
/// A record may be deleted from the time its job was last seen and the service's retention on. A job unseen for half
/// of that goes before everything; one unseen for longer than all of it has nothing left to be saved, and goes with
/// the others.
struct PollBacklog: Sendable {
  private struct Urgent: Comparable, Sendable {
    var ticket: ScheduledPoll

    static func < (left: Urgent, right: Urgent) -> Bool {
      (left.ticket.knownAt, left.ticket.job) < (right.ticket.knownAt, right.ticket.job)
    }

    static func == (left: Urgent, right: Urgent) -> Bool {
      left.ticket.knownAt == right.ticket.knownAt && left.ticket.job == right.ticket.job
    }
  }

  private var urgent = Heap<Urgent>()
  private var line = PollLine()
  private var patient = PollLine()
  private var isPatientsTurn = false
  /// No job that waits in a line is urgent before this uptime.
  private var calmUntil: Duration?
  private let retention: Duration?

  private static let sweep = Duration.seconds(10)

  /// - Parameter retention: how long the service keeps the record of a job that ended; nil: not known.
  init(retention: Duration?) { self.retention = retention }

  var count: Int { urgent.count + line.count + patient.count }
  /// Of those for which the price makes room.
  var countedCount: Int { count - patient.uncounted }
  var isEmpty: Bool { count == 0 }
  var hasUrgent: Bool { !urgent.isEmpty }
  var first: ScheduledPoll? { urgent.min?.ticket ?? line.first ?? patient.first }

  mutating func append(_ ticket: ScheduledPoll, at uptime: Duration) {
    if isUrgent(ticket, at: uptime) { return urgent.insert(Urgent(ticket: ticket)) }
    wait(ticket)
    if let retention, uptime - ticket.knownAt < retention {
      let time = ticket.knownAt + retention / 2
      calmUntil = min(calmUntil ?? time, time)
    }
  }

  private mutating func wait(_ ticket: ScheduledPoll) {
    if ticket.isPatient { patient.append(ticket) } else { line.append(ticket) }
  }

  /// Those in line whose time has come become urgent, and those that are too late join the line.
  mutating func sort(at uptime: Duration) {
    guard let retention else { return }
    while let late = urgent.min?.ticket, uptime - late.knownAt >= retention {
      urgent.removeMin()
      wait(late)
    }
    guard let calm = calmUntil, calm <= uptime else { return }
    let rest = line.takeAll() + patient.takeAll()
    calmUntil = nil
    for ticket in rest { append(ticket, at: uptime) }
    calmUntil = calmUntil.map { max($0, uptime + Self.sweep) }
  }

  mutating func removeFirst() -> ScheduledPoll? {
    if let urgent = urgent.popMin() { return urgent.ticket }
    if line.count == 0 || patient.count > 0 && isPatientsTurn {
      isPatientsTurn = false
      return patient.removeFirst()
    }
    isPatientsTurn = true
    return line.removeFirst()
  }

  mutating func remove(_ jobs: Set<Int64>) -> [ScheduledPoll] {
    let gone = urgent.unordered.map(\.ticket).filter { jobs.contains($0.job) }
    if !gone.isEmpty { urgent = Heap(urgent.unordered.filter { !jobs.contains($0.ticket.job) }) }
    return gone + line.remove(jobs) + patient.remove(jobs)
  }

  /// The first of those that `isWanted` takes.
  func first(where isWanted: (ScheduledPoll) -> Bool) -> ScheduledPoll? {
    urgent.unordered.filter { isWanted($0.ticket) }.min()?.ticket ?? line.first(where: isWanted)
      ?? patient.first(where: isWanted)
  }

  /// Both lines by this, the least first.
  mutating func reorder(by rank: (ScheduledPoll) -> Double) {
    line.reorder(by: rank)
    patient.reorder(by: rank)
  }

  /// Of a job that is due.
  func isUrgent(_ ticket: ScheduledPoll, at uptime: Duration) -> Bool {
    guard let retention else { return false }
    let unseen = uptime - ticket.knownAt
    return unseen >= retention / 2 && unseen < retention
  }
}

import JobWatchCore

@testable import PollPlanning

/// A queue with one endpoint, and jobs for it.
struct PollQueueSetting {
  static let key = EndpointKey(account: "prod", service: "ecs")
  static let type = DurationKey(service: "ecs", jobType: "createServer", region: "eu-de")

  var queue: PollQueue
  let endpoint: PollQueue.Endpoint

  init(
    polling: PollPolicy = PollPolicy(), quota: Quota? = Quota(calls: 200, per: .seconds(1)),
    retention: Duration? = .days(1)
  ) {
    queue = PollQueue(polling: polling, retention: ["ecs": RetentionPolicy(finished: retention)])
    endpoint = queue.addEndpoint(Self.key, quota: quota)
  }

  /// The wall clock stood at 1000 s when the uptime was zero.
  static func moment(_ uptime: Duration) -> Moment {
    Moment(wall: Timestamp(milliseconds: 1_000_000) + uptime, uptime: uptime)
  }

  /// A running job that was last seen at 100 s of age, at the uptime zero.
  static func job(
    _ id: Int64, due: Duration = .zero, type: DurationKey = type, state: JobState = .running,
    known: Double = 100, isFresh: Bool = false, isSeen: Bool = true, isAbsent: Bool = false
  ) -> ScheduledJob {
    let span = WatchedSpan(known: known)
    return ScheduledJob(
      id: id, endpoint: key, type: type, jitterSeed: UInt32(id), state: state, span: span,
      isWatched: Job.isWatched(state, span, isPaid: false), knownAt: moment(.zero).wall,
      dueAt: moment(due).wall, isFresh: isFresh, isSeen: isSeen, isAbsent: isAbsent)
  }

  mutating func add(_ jobs: ScheduledJob..., at uptime: Duration = .zero) { queue.add(jobs, at: Self.moment(uptime)) }

  mutating func take(at uptime: Duration) -> ScheduledPoll? { queue.take(from: endpoint, at: uptime) }

  struct NothingDue: Error {}

  mutating func taken(at uptime: Duration) throws -> ScheduledPoll {
    guard let poll = take(at: uptime) else { throw NothingDue() }
    return poll
  }

  /// Records what became of a poll.
  @discardableResult
  mutating func record(_ outcome: PollOutcome, of poll: ScheduledPoll, at uptime: Duration)
    -> ScheduledJob?
  {
    let knowledge = queue.knowledge(of: poll, at: uptime)
    return queue.record(outcome, of: poll, knowledge, at: Self.moment(uptime))
  }

  /// What the queue says of its jobs.
  struct State: Equatable {
    var waiting = 0
    var inFlight = 0
    var parked = 0
    var watched = 0
    /// Those that the book counts as running.
    var running = 0
  }

  var state: State {
    let line = queue.queues[endpoint.index]
    return State(
      waiting: line.schedule.count, inFlight: line.inFlight.count, parked: line.parked.count,
      watched: line.watched, running: queue.book.entries.values.reduce(0) { $0 + $1.running })
  }
}

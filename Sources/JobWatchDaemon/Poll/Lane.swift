import CloudAPI
import JobWatchCore

/// One (account, service) at work: everything that decides, beside the queue, whether the next call may be made. The
/// poller's alone.
///
/// Not a value: what is read of one in a dictionary copies all of it, and each poll reads of it thirty times.
final class Lane {
  let key: EndpointKey
  let service: CloudService
  let endpoint: String
  /// Jobs that were registered with another region, or another project than the account's, are parked, never asked for
  /// here.
  let region: String
  let rules: WatchRules
  /// Its place in the queue.
  let place: PollQueue.Endpoint

  /// Against an endpoint that gives no usable answer.
  var breaker: CircuitBreaker
  /// Against calls that are not allowed (403) or can never work as configured.
  var permission: CircuitBreaker
  /// What progress calls may take of the budget: the gateway counts each API by itself (cloud-api, section 5), so what one of
  /// them is told of its quota says nothing about the polls.
  var progressBudget = RateLimiter()
  /// Jobs whose task's progress is being asked for.
  var progressCalls: Set<Int64> = []
  /// Whom failures speak of: calls without a usable answer, calls that are not allowed or misdirected, and calls that
  /// were taken and not answered.
  var unanswered: FailureStreak
  var barred = FailureStreak(answers: 1)
  var stalled = FailureStreak(neverFewer: true)
  /// The last job whose call was refused with its credential.
  var refused = FailureStreak()
  var absences = MassAbsence()
  /// Jobs that were never shown.
  var unshown: Set<Int64> = []
  /// Jobs that were gone, and were submitted again.
  var returned: Set<Int64> = []
  var clockOffset = ClockOffset()
  /// Polls without a usable answer in a row, for the jobs that have any.
  var failures: [Int64: Int] = [:]
  var outage: Outage?
  var stall: BusyStreak?
  /// The account's, as of the last call.
  private(set) var projectID: String?

  init(
    key: EndpointKey, service: CloudService, endpoint: String, region: String, rules: WatchRules,
    place: PollQueue.Endpoint, breaker: BreakerPolicy, permission: CircuitBreaker
  ) {
    self.key = key
    self.service = service
    self.endpoint = endpoint
    self.region = region
    self.rules = rules
    self.place = place
    // How many failures it takes is the streak's business.
    var once = breaker
    once.failures = 1
    self.breaker = CircuitBreaker(breaker: once)
    unanswered = FailureStreak(jobs: breaker.failures, answers: breaker.failures)
    self.permission = permission
  }

  struct Outage {
    var since: Timestamp
    var cause: String
    /// The grace is over and `endpoint.down` was told.
    var isTold = false
    /// False after a restart, until a call fails: the outage may be over.
    var isConfirmed = true
  }

  /// The lane's passes through its own gates and the credential's, for one call.
  struct Permits: Sendable {
    var credential: CircuitBreaker.Permit
    var permission: CircuitBreaker.Permit
    var breaker: CircuitBreaker.Permit
  }

  /// Whether the next due job may be asked for now, or when that is worth another look; `.asleep`: only an answer
  /// under way, or a new job, can change it.
  enum Readiness: Equatable {
    case now
    case at(Duration)
    case asleep
  }

  /// - Parameters:
  ///   - credential: nil while the account has none.
  ///   - queue: is not changed; it would be copied otherwise.
  func readiness(_ credential: CircuitBreaker?, _ queue: inout PollQueue, at uptime: Duration)
    -> Readiness
  {
    guard let credential,
      var time = queue.readyAt(
        place, uptime, isProbe: isProbe(credential, at: uptime),
        avoiding: probeChoice(credential, at: uptime))
    else { return .asleep }
    for gate in [credential, permission, breaker] {
      switch gate.readiness(at: uptime) {
      case .open, .probe: continue
      case .shut(let until): time = max(time, until)
      case .awaitingProbe: return .asleep
      }
    }
    return time <= uptime ? .now : .at(time)
  }

  private func isProbe(_ credential: CircuitBreaker, at uptime: Duration) -> Bool {
    [credential, permission, breaker].contains { $0.readiness(at: uptime) == .probe }
  }

  private func probeChoice(_ credential: CircuitBreaker, at uptime: Duration) -> ProbeChoice {
    var choice = ProbeChoice()
    for (gate, streak) in [(credential, refused), (permission, barred), (breaker, unanswered)]
    where gate.readiness(at: uptime) == .probe {
      choice.avoid(streak)
    }
    return choice
  }

  /// Takes the next due job, when `readiness` says now; for a probe another than failed before, if there is one.
  func take(
    _ credential: inout CircuitBreaker, _ queue: inout PollQueue, at uptime: Duration
  ) -> (ScheduledPoll, Permits)? {
    guard readiness(credential, &queue, at: uptime) == .now,
      let poll = queue.take(
        from: place, at: uptime, isProbe: isProbe(credential, at: uptime),
        avoiding: probeChoice(credential, at: uptime))
    else { return nil }
    guard let one = credential.enter(at: uptime), let two = permission.enter(at: uptime),
      let three = breaker.enter(at: uptime)
    else {
      queue.withdraw(poll)
      return nil
    }
    return (poll, Permits(credential: one, permission: two, breaker: three))
  }

  /// True for a project that was looked up, and is another than before.
  func note(project: String) -> Bool {
    guard project != projectID else { return false }
    projectID = project
    return true
  }
}

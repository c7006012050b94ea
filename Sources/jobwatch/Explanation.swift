import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import PollPlanning

/// Why a job is polled when it is, or what its end has taught: all that the schedule goes by.
struct Explanation {
  let job: Job
  let now: Timestamp
  let type: KnownType
  /// Nil: the job is not polled any more.
  let forecast: PollForecast?
  /// Nil while the job is watched.
  let sample: SampleSummary?
  /// Answers about it that were stored.
  let calls: Int
  /// Nil: none is on record yet, or the job is not polled any more.
  let quota: QuotaStatus?

  /// - Parameter isDaemonRunning: whether a daemon seems to run.
  init(_ job: Job, _ transaction: Transaction, _ configuration: Configuration, isDaemonRunning: Bool, at now: Moment)
    throws
  {
    self.job = job
    self.now = now.wall
    var schedule = try LearnedSchedule(configuration, transaction, service: job.key.service)
    type = schedule.type(job.durationKey)
    forecast = try schedule.forecast(
      of: job, transaction, try AccountPauses(transaction), isDaemonRunning: isDaemonRunning, at: now.wall)
    quota = forecast == nil ? nil : schedule.budget(of: job.key.endpoint).map { QuotaStatus($0, at: now) }
    let previous = try transaction.history.transitions(of: job.id).last?.transition.from
    sample = job.state.isFinal ? SampleSummary(job, previous: previous) : nil
    calls = try transaction.jobs.polls(of: job.id)
  }

  var polls: [(age: Double, at: Timestamp)] { forecast?.polls(8) ?? [] }

  /// The explanation as `--json` prints it; durations and ages are seconds.
  var json: OutputObject {
    let key = job.key
    return [
      "job_id": key.jobID, "account": key.account, "service": key.service, "region": job.region,
      "job_type": job.jobType, "state": job.state,
      "calls": calls, "law": distribution, "schedule": forecast?.json, "plan": forecast.map(plan),
      "price": forecast.flatMap(price), "budget": quota, "taught": sample?.json,
    ]
  }

  private var distribution: OutputObject {
    let (distribution, age) = (type.distribution, forecast?.age ?? sample?.age)
    return [
      "service": type.key.service, "job_type": type.key.jobType, "region": type.key.region,
      // Jobs that ended, and that run.
      "jobs": type.ended, "running": type.running,
      // So few jobs are known that the prior weighs in.
      "is_guess": type.isNew, "prior": type.priorName,
      // Left out where a job of it is never told to be stuck.
      "stuck_seconds": type.stuckAge?.finite,
      "p10_seconds": distribution.quantile(0.1).finite, "p50_seconds": distribution.quantile(0.5).finite,
      "p90_seconds": distribution.quantile(0.9).finite, "p95_seconds": distribution.quantile(0.95).finite,
      "p99_seconds": distribution.quantile(0.99).finite,
      // The share of jobs that take longer than this one has, or has taken.
      "longer_share": age.map { distribution.survival(at: $0).thousandths },
    ]
  }

  private func plan(_ forecast: PollForecast) -> OutputObject {
    let polls = polls.map { poll -> OutputObject in
      ["age_seconds": poll.age.thousandths, "at": poll.at]
    }
    let plan = forecast.plan
    return [
      // Left out where a plan decides.
      "fixed_seconds": plan == nil ? forecast.context.policies.polling.fixed?.seconds : nil,
      // Of a job of this type, from its begin to its end; left out where the gap is fixed.
      "calls": plan?.calls.thousandths, "mean_latency_seconds": plan?.meanLatency.thousandths,
      "polls": polls,
    ]
  }

  private func price(_ forecast: PollForecast) -> OutputObject? {
    guard forecast.plan != nil else { return nil }
    let said = forecast.context.policies.polling.target == nil ? "price" : "target"
    return [
      // Seconds of latency that a call is worth now.
      "seconds": forecast.price.thousandths,
      // The same by what the configuration says.
      "least_seconds": forecast.leastPrice.thousandths,
      "source": forecast.isPriceRaised ? "quota" : said,
    ]
  }
}

extension SampleSummary {
  fileprivate var json: OutputObject {
    switch self {
    case .took(let age):
      ["kind": "took", "from_seconds": age.thousandths, "to_seconds": age.thousandths]
    case .between(let low, let high):
      ["kind": "between", "from_seconds": low.thousandths, "to_seconds": high.thousandths]
    case .ran(let age): ["kind": "ran", "to_seconds": age.thousandths]
    case .nothing(let cause): ["kind": "nothing", "cause": cause]
    }
  }
}

/// What is left of the quota of one (account, service); with `--json` it is printed as it is, durations in seconds.
struct QuotaStatus: Encodable {
  /// The most calls in any window of `limitSeconds`.
  let limitCalls: Int
  let limitSeconds: Double
  /// Where the limit is from: `configured`, `cloud` (its answer to a refused call) or `assumed`.
  let source: String
  /// Calls of the current window, as of the record.
  let usedCalls: Int
  /// No call is made before.
  let blockedUntil: Timestamp?
  let recordedAt: Timestamp

  init(_ record: RateLimiterRecord, at now: Moment) {
    let limit = record.limit
    let elapsed = record.elapsed(at: now)
    (limitCalls, limitSeconds, source) = (limit.calls, limit.window.seconds, limit.source)
    usedCalls = record.used(in: limit.window, after: elapsed)
    let blocked = record.blockedFor - elapsed
    blockedUntil = blocked > .zero ? now.wall + blocked : nil
    recordedAt = record.savedAt
  }

  func words(at now: Timestamp) -> String {
    let who =
      switch source {
      case "configured": "95 % of the configured quota, over a window 5 % longer"
      case "cloud": "95 % of what the cloud allows, over a window 5 % longer"
      default: "assumed until the cloud says otherwise"
      }
    let limit = "At most \(limitCalls) calls in \(Duration.seconds(limitSeconds).spoken), \(who); "
    let age = max(now - recordedAt, .zero)
    let used = "\(usedCalls) of them used as of \(age.spoken) ago."
    let blocked = blockedUntil.map { until in
      " No call before \(until) (in \((until - now).spoken)): the cloud asked for fewer."
    }
    return limit + used + (blocked ?? "")
  }
}

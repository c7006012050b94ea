import JobWatchCore

/// An explanation as `--json` prints it; durations and ages are seconds.
struct ExplanationJSON: Encodable {
  struct DistributionJSON: Encodable {
    let service: String
    let jobType: String
    let region: String
    /// Jobs that ended, and that run.
    let jobs: Int
    let running: Int
    /// So few jobs are known that the prior weighs in.
    let isGuess: Bool
    /// `region` (the same type in another one), `shipped`, `service` (its other types) or `generic`.
    let prior: String
    /// Nil: a job of it is never told to be stuck.
    let stuckSeconds: Double?
    let p10Seconds: Double?
    let p50Seconds: Double?
    let p90Seconds: Double?
    let p95Seconds: Double?
    let p99Seconds: Double?
    /// The share of jobs that take longer than this one has, or has taken.
    let longerShare: Double?
  }

  struct PlanJSON: Encodable {
    struct PollJSON: Encodable {
      let ageSeconds: Double
      let at: Timestamp
    }

    /// Nil where a plan decides.
    let fixedSeconds: Double?
    /// Of a job of this type, from its begin to its end; nil where no plan decides.
    let calls: Double?
    let meanLatencySeconds: Double?
    let polls: [PollJSON]
  }

  struct PriceJSON: Encodable {
    /// Seconds of latency that a call is worth now.
    let seconds: Double
    /// The same by what the user says.
    let leastSeconds: Double
    /// `price`, `target` or `quota`: what it follows from now.
    let source: String
  }

  struct TeachingJSON: Encodable {
    /// `took`, `between`, `ran` or `nothing`.
    let kind: String
    let fromSeconds: Double?
    let toSeconds: Double?
    let cause: String?
  }

  let jobID: String
  let account: String
  let service: String
  let region: String
  let jobType: String?
  let state: JobState
  /// Answers about it that were stored.
  let calls: Int
  let law: DistributionJSON
  /// Nil when it is not asked for any more.
  let schedule: ScheduleJSON?
  let plan: PlanJSON?
  let price: PriceJSON?
  /// Nil: none is on record yet, or the job is not asked for any more.
  let budget: BudgetJSON?
  /// Nil while it is watched.
  let taught: TeachingJSON?

  init(_ explanation: Explanation) {
    let job = explanation.job
    jobID = job.key.jobID
    account = job.key.account
    service = job.key.service
    region = job.region
    jobType = job.jobType
    state = job.state
    calls = explanation.calls
    law = DistributionJSON(
      explanation.type, age: explanation.outlook?.age ?? explanation.teaching?.age)
    schedule = explanation.outlook.map(ScheduleJSON.init)
    plan = explanation.outlook.map(PlanJSON.init)
    price = explanation.outlook.flatMap { $0.isPlanned ? PriceJSON($0.cost) : nil }
    budget = explanation.budget
    taught = explanation.teaching.map(TeachingJSON.init)
  }
}

extension ExplanationJSON.DistributionJSON {
  init(_ type: KnownType, age: Double?) {
    service = type.key.service
    jobType = type.key.jobType
    region = type.key.region
    jobs = type.ended
    running = type.running
    isGuess = type.isNew
    prior = type.prior.name
    stuckSeconds = type.stuckAge?.finite
    p10Seconds = type.law.quantile(0.1).finite
    p50Seconds = type.law.quantile(0.5).finite
    p90Seconds = type.law.quantile(0.9).finite
    p95Seconds = type.law.quantile(0.95).finite
    p99Seconds = type.law.quantile(0.99).finite
    longerShare = age.map { type.law.survival(at: $0).thousandths }
  }
}

extension ExplanationJSON.PlanJSON {
  init(_ outlook: PollForecast) {
    switch outlook.rules.pace {
    case .fixed(let gap): (fixedSeconds, calls, meanLatencySeconds) = (gap.seconds, nil, nil)
    case .plan(let plan):
      (fixedSeconds, calls, meanLatencySeconds) = (
        nil, plan.calls.thousandths, plan.meanLatency.thousandths
      )
    }
    polls = outlook.polls(Explanation.polls).map {
      PollJSON(ageSeconds: $0.age.thousandths, at: $0.at)
    }
  }
}

extension ExplanationJSON.PriceJSON {
  init(_ cost: CallCost) {
    seconds = cost.now.thousandths
    leastSeconds = cost.least.thousandths
    source = cost.isRaised ? "quota" : cost.target == nil ? "price" : "target"
  }
}

extension PriorSource {
  fileprivate var name: String {
    switch self {
    case .region: "region"
    case .shipped: "shipped"
    case .service: "service"
    case .generic: "generic"
    }
  }
}

extension ExplanationJSON.TeachingJSON {
  init(_ teaching: SampleSummary) {
    let (from, to, cause): (Double?, Double?, String?)
    switch teaching {
    case .took(let age): (kind, from, to, cause) = ("took", age, age, nil)
    case .between(let low, let high): (kind, from, to, cause) = ("between", low, high, nil)
    case .ran(let age): (kind, from, to, cause) = ("ran", nil, age, nil)
    case .nothing(let why): (kind, from, to, cause) = ("nothing", nil, nil, why)
    }
    (fromSeconds, toSeconds) = (from?.thousandths, to?.thousandths)
    self.cause = cause
  }
}

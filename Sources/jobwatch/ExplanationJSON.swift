import JobWatchCore
import PollPlanning

extension Explanation {
  /// The explanation as `--json` prints it; durations and ages are seconds.
  var json: JSONObject {
    let key = job.key
    return [
      "job_id": key.jobID, "account": key.account, "service": key.service, "region": job.region,
      "job_type": job.jobType, "state": job.state,
      // Answers about it that were stored.
      "calls": calls, "law": law,
      // Left out when the job is not polled any more.
      "schedule": forecast?.json, "plan": forecast.map(plan), "price": forecast.flatMap(price),
      // Left out when none is on record yet, too.
      "budget": quota,
      // Left out while the job is watched.
      "taught": sample?.json,
    ]
  }

  private var law: JSONObject {
    let (law, age) = (type.distribution, forecast?.age ?? sample?.age)
    return [
      "service": type.key.service, "job_type": type.key.jobType, "region": type.key.region,
      // Jobs that ended, and that run.
      "jobs": type.ended, "running": type.running,
      // So few jobs are known that the prior weighs in.
      "is_guess": type.isNew, "prior": type.prior.name,
      // Left out where a job of it is never told to be stuck.
      "stuck_seconds": type.stuckAge?.finite,
      "p10_seconds": law.quantile(0.1).finite, "p50_seconds": law.quantile(0.5).finite,
      "p90_seconds": law.quantile(0.9).finite, "p95_seconds": law.quantile(0.95).finite,
      "p99_seconds": law.quantile(0.99).finite,
      // The share of jobs that take longer than this one has, or has taken.
      "longer_share": age.map { law.survival(at: $0).thousandths },
    ]
  }

  private func plan(_ forecast: PollForecast) -> JSONObject {
    let polls = polls.map { poll -> JSONObject in
      ["age_seconds": poll.age.thousandths, "at": poll.at]
    }
    guard let plan = forecast.plan else {
      return ["fixed_seconds": forecast.context.policies.polling.fixed?.seconds, "polls": polls]
    }
    // Of a job of this type, from its begin to its end.
    return [
      "calls": plan.calls.thousandths, "mean_latency_seconds": plan.meanLatency.thousandths,
      "polls": polls,
    ]
  }

  private func price(_ forecast: PollForecast) -> JSONObject? {
    let cost = forecast.cost
    let source = cost.isRaised ? "quota" : cost.target == nil ? "price" : "target"
    guard forecast.plan != nil else { return nil }
    return [
      // Seconds of latency that a call is worth now.
      "seconds": cost.now.thousandths,
      // The same by what the configuration says.
      "least_seconds": cost.least.thousandths,
      // What the price follows from now.
      "source": source,
    ]
  }
}

extension KnownType.Prior {
  /// `region`: the same type in another region; `service`: its other types.
  fileprivate var name: String {
    switch self {
    case .region: "region"
    case .shipped: "shipped"
    case .service: "service"
    case .generic: "generic"
    }
  }
}

extension SampleSummary {
  fileprivate var json: JSONObject {
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

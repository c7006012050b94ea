import JobWatchCore

/// What `bench plan` is asked. All in seconds.
struct PlanRequest: Decodable {
  var durations: [Double?]?
  var price: Double
  var law: TrueLaw?
  /// Of jobs that never end, beside the law.
  var hungShare: Double?
  var horizon: Double?

  private enum CodingKeys: String, CodingKey {
    case durations, price, law, horizon
    case hungShare = "p_inf"
  }

  struct Answer: Encodable {
    var ages: [Double]
    var calls: Double
    var meanLatency: Double
  }

  var isSound: Bool {
    price > 0 && (horizon ?? 1) > 0 && (0..<1).contains(hungShare ?? 0)
      && (durations ?? []).allSatisfy { ($0 ?? 1) >= 0 }
  }

  var answer: Answer {
    var detail = PollPlan.Detail()
    detail.horizon = horizon ?? detail.horizon
    let plan = PollPlan(law: planned(to: detail.horizon), price: price, detail: detail)
    return Answer(
      ages: plan.schedule(until: detail.horizon), calls: plan.calls, meanLatency: plan.meanLatency)
  }

  private func planned(to horizon: Double) -> DurationDistribution {
    if let law { return ExactLaw(law, hungShare: hungShare ?? 0, horizon: horizon).law }
    var model = DurationModel()
    for duration in durations ?? [] { model.learn(duration, horizon: horizon) }
    return model.law()
  }
}

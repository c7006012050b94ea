import JobWatchCore
import PollPlanning

/// Training jobs that others drew: a file of the form
/// `{"scenarios": [{"name": "uniform", "training": [{"n": 20, "durations": [61.5, null]}]}]}`, null for a job that
/// never ends.
struct SharedTrainings: Decodable {
  struct Scenario: Decodable {
    struct Training: Decodable { var durations: [Double?] }

    var name: String
    var training: [Training]
  }

  var scenarios: [Scenario]

  /// Cost ÷ least cost of each training, at each price.
  func figures(_ types: [SingleType]) -> [Figure] {
    types.flatMap { one in
      let trainings = scenarios.first { $0.name == one.type.name }?.training ?? []
      return trainings.enumerated().flatMap { number, training in
        figures(one, number: number + 1, training.durations)
      }
    }
  }

  private func figures(_ one: SingleType, number: Int, _ durations: [Double?]) -> [Figure] {
    let law = one.type.trained(on: durations).distribution()
    return zip(PollingCase.prices, one.leastCosts).map { price, least in
      let outcome = one.exact.outcome(of: PollPlan(distribution: law, price: price))
      return Figure(
        name: "cost ÷ least, \(one.type.name), training \(number), c = \(Int(price))",
        value: one.exact.cost(outcome, at: price) / least, unit: "×",
        detail: "\(durations.count) jobs",
        limit: PollingGoals.singleCost(one.type, jobs: durations.count))
    }
  }
}

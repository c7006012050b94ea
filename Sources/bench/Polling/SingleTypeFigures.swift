extension SingleType {
  /// With their limits.
  var figures: [Figure] { agreements + costs + latencies }

  /// The least cost that the product's planner finds, against the one that an independent program found.
  private var agreements: [Figure] {
    zip(PollingCase.prices, zip(leastCosts, type.leastCosts)).map { price, costs in
      Figure(
        name: "least cost to its known value, \(type.name), c = \(Int(price))",
        cell: .init(
          table: "Least cost, (1 - hung)·latency + c·calls, to its known value",
          row: type.name, column: "c = \(Int(price)) s a call"),
        value: max(costs.0 / costs.1, costs.1 / costs.0), unit: "×",
        detail: "\(costs.0.threeDigits) s, known \(costs.1.threeDigits) s", limit: .atMost(1.01))
    }
  }

  private var costs: [Figure] {
    PollingCase.prices.enumerated().flatMap { index, price in
      let all =
        [("law known", known[index], nil)]
        + learned.map { learned in
          (
            "n = \(learned.jobs)", learned.ratios[index],
            PollingGoals.cost(type, price: price, jobs: learned.jobs)
          )
        }
      return all.map { column, ratio, limit in
        Figure(
          name: "cost ÷ least, \(type.name), \(column), c = \(Int(price))",
          cell: .init(
            table: "Cost ÷ least cost after n jobs", row: "\(type.name), c = \(Int(price))",
            column: column), value: ratio, unit: "×", limit: limit)
      }
    }
  }

  private var latencies: [Figure] {
    zip(Peer.all, peers).flatMap { peer, outcome in
      learned.compactMap { learned in
        guard let least = optimum.latency(atCalls: outcome.calls) else { return nil }
        // So few calls may be possible for the best schedule alone.
        let latency = learned.curve.latency(atCalls: outcome.calls) ?? .infinity
        let title = "latency ÷ least at the calls of \(peer.name)"
        return Figure(
          name: "\(title), \(type.name), n = \(learned.jobs)",
          cell: .init(
            table: title, row: "\(type.name): \(outcome.latency.threeDigits) s",
            column: "n = \(learned.jobs)"), value: latency / least, unit: "×",
          detail: "\(latency.threeDigits) s; \(peer.name): \(outcome.latency.threeDigits) s",
          limit: PollingGoals.latency(jobs: learned.jobs))
      }
    }
  }
}

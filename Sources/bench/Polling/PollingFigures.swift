/// Every figure of the schedule, with what it must not exceed.
struct PollingFigures {
  var types: [SingleType]
  var firstLooks: [FirstLook]
  var portfolio: Portfolio
  var drifts: [Drift]
  var timing: PlanTiming
  var book: BookTiming

  var all: [Figure] {
    types.flatMap(agreements) + types.flatMap(costs) + firstLooks.flatMap(\.figures)
      + types.flatMap(latencies) + together + drifts.flatMap(changes) + work
  }

  private func agreements(_ one: SingleType) -> [Figure] {
    zip(PollingCase.prices, zip(one.leastCosts, one.type.leastCosts)).map { price, costs in
      Figure(
        name: "least cost to its known value, \(one.type.name), c = \(Int(price))",
        value: max(costs.0 / costs.1, costs.1 / costs.0), unit: "×",
        detail: "\(costs.0.threeDigits) s, known \(costs.1.threeDigits) s",
        limit: .atMost(PollingGoals.agreement))
    }
  }

  private func costs(_ one: SingleType) -> [Figure] {
    one.learned.flatMap { learned in
      zip(PollingCase.prices, learned.ratios).map { price, ratio in
        Figure(
          name: "cost ÷ least, \(one.type.name), n = \(learned.jobs), c = \(Int(price))",
          value: ratio, unit: "×",
          limit: PollingGoals.cost(one.type, price: price, jobs: learned.jobs).map(
            Figure.Limit.atMost))
      }
    }
  }

  private func latencies(_ one: SingleType) -> [Figure] {
    zip(Peer.all, one.peers).flatMap { peer, outcome in
      one.learned.compactMap { learned in
        guard let least = one.optimum.latency(atCalls: outcome.calls) else { return nil }
        // So few calls may be possible for the best schedule alone.
        let latency = learned.curve.latency(atCalls: outcome.calls) ?? .infinity
        return Figure(
          name:
            "latency ÷ least at the calls of \(peer.name), \(one.type.name), n = \(learned.jobs)",
          value: latency / least, unit: "×",
          detail: "\(latency.threeDigits) s; \(peer.name): \(outcome.latency.threeDigits) s",
          limit: PollingGoals.latency(jobs: learned.jobs).map(Figure.Limit.atMost))
      }
    }
  }

  private var together: [Figure] {
    portfolio.rows.flatMap { row in
      row.learned.compactMap { learned in
        guard let latency = learned.latency else { return nil }
        let name = "ten types at the calls of \(row.peer), n = \(learned.jobs)"
        let isFixed = row.peer.hasPrefix("fixed")
        if learned.jobs == 0 && isFixed {
          return Figure(
            name: "\(name), to its latency", value: latency / row.latency, unit: "×",
            limit: .atMost(PollingGoals.cold))
        }
        let isHeld = learned.jobs == 100 && row.peer == "fixed 10s"
        return Figure(
          name: name, value: latency, unit: "s",
          detail: "\(row.peer): \(row.latency.threeDigits) s",
          limit: isHeld ? .atMost(PollingGoals.portfolio) : nil)
      }
    }
  }

  private func changes(_ drift: Drift) -> [Figure] {
    zip(Drift.windows, drift.ratios).map { window, ratio in
      Figure(
        name: "cost ÷ least, \(drift.name) × \(drift.factor), \(drift.source.rawValue), "
          + "c = \(Int(drift.price)), jobs \(window.lowerBound) to \(window.upperBound) since",
        value: ratio, unit: "×",
        limit: drift.factor > 1 && drift.source == .exact
          ? PollingGoals.slowed[window].map(Figure.Limit.atMost) : nil)
    }
  }

  /// Of the schedule's own work.
  var work: [Figure] {
    [
      Figure(
        name: "time of a plan", value: timing.plan, unit: "ms", limit: .atMost(PollingGoals.plan)),
      Figure(
        name: "time to learn from a job", value: timing.observe, unit: "ms",
        limit: .atMost(PollingGoals.observe)),
      Figure(
        name: "time to find a next poll", value: timing.nextPoll, unit: "µs",
        limit: .atMost(PollingGoals.nextPoll)),
      Figure(
        name: "stored for a key", value: Double(timing.stored), unit: "bytes", limit: .atMost(6144)),
    ] + book.figures
  }
}

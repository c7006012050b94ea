/// The fleet for people.
struct FleetTables {
  var fleet: Fleet

  var text: String { [policies, types, phases].map(\.text).joined(separator: "\n\n") }

  private var policies: Grid {
    let bound = fleet.leastLatency
    let rows = fleet.policies.map { name, view in
      [name] + ([view.mean] + view.quantiles).map(\.threeDigits)
        + [view.callsPerSecond.threeDigits, (view.mean / bound).threeDigits]
    }
    return Grid(
      title: "The fleet: latency in seconds",
      rows: [
        ["way", "mean", "p50", "p95", "p99", "calls/s", "÷ bound"],
        [
          "bound, price \(fleet.leastPrice.threeDigits) s", bound.threeDigits, "", "", "",
          fleet.granted.threeDigits, "1",
        ],
      ] + rows)
  }

  private var types: Grid {
    Grid(
      title: "Mean latency by type, in seconds",
      rows: [["type", "share", "bound"] + fleet.policies.map(\.name)]
        + FleetType.all.indices.map { index in
          let type = FleetType.all[index]
          return [type.name, type.share.threeDigits, fleet.leastTypes[index].latency.threeDigits]
            + fleet.policies.map { $0.view.types[index].threeDigits }
        })
  }

  private var phases: Grid {
    Grid(
      title: "An outage of ten minutes, and a quota that halves and comes back",
      rows: [["jobs that ended", "mean", "p50", "p95", "calls/s", "price"]]
        + fleet.phases.map { name, view in
          [
            name, view.mean.threeDigits, view.quantiles[0].threeDigits,
            view.quantiles[1].threeDigits,
          ]
            + [
              view.callsPerSecond.threeDigits,
              "\(view.prices.median.threeDigits) [\((view.prices.first ?? 0).threeDigits), "
                + "\((view.prices.last ?? 0).threeDigits)]",
            ]
        })
  }
}

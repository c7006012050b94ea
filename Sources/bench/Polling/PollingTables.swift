import Foundation

/// The figures of the schedule side by side.
struct PollingTables {
  var figures: PollingFigures

  var text: String {
    let grids = [optima, costs, firstLooks, equalCalls, peers, portfolio, drift]
    return grids.map(\.text).joined(separator: "\n\n")
  }

  private var types: [SingleType] { figures.types }
  private var trainings: [Int] { types.first?.learned.map(\.jobs) ?? [] }

  private var optima: Grid {
    let head = ["law", "most to be gained", "least cost", "planned for the known law, ÷ least"]
    return Grid(
      title: "The best schedule: (1 - hung)·latency + c·calls, at c = 1 · 5 · 20 s a call",
      rows: [head]
        + types.map { one in
          [
            one.type.name, "\((one.exact.mean / one.exact.fluid).threeDigits) ×",
            dots(one.leastCosts, \.threeDigits), dots(one.known, ratio),
          ]
        })
  }

  private var costs: Grid {
    Grid(
      title: "Cost ÷ least cost after n jobs, at c = 1 · 5 · 20",
      rows: [["law"] + trainings.map { "n = \($0)" }]
        + types.map { one in [one.type.name] + one.learned.map { dots($0.ratios, ratio) } })
  }

  private var firstLooks: Grid {
    Grid(
      title:
        "Calls, and cost ÷ least cost, after \(FirstLook.jobs) jobs at c = \(Int(FirstLook.price)): "
        + "where a job's type is known, and where a first look at \(FirstLook.age) s must tell it",
      rows: [["law", "best: calls", "known: calls", "cost", "looked: calls", "cost"]]
        + figures.firstLooks.map { one in
          [
            one.type.name, one.best.calls.threeDigits, one.known.calls.threeDigits,
            ratio(one.knownRatio), one.looked.calls.threeDigits, ratio(one.lookedRatio),
          ]
        })
  }

  /// At the calls of a fixed gap of 10 s.
  private var equalCalls: Grid {
    let ten = 1
    let head = ["law", "calls", Peer.all[ten].name, "best"] + trainings.map { "n = \($0)" }
    return Grid(
      title: "Mean latency in seconds (÷ the best) at the calls of \(Peer.all[ten].name)",
      rows: [head]
        + types.map { one in
          let peer = one.peers[ten]
          let best = one.optimum.latency(atCalls: peer.calls)
          return [
            one.type.name, peer.calls.threeDigits, peer.latency.threeDigits, seconds(best),
          ] + one.learned.map { versus($0.curve.latency(atCalls: peer.calls), best) }
        })
  }

  private var peers: Grid {
    Grid(
      title: "Mean latency in seconds: of others → learned from 100 jobs, at the same calls",
      rows: [["law"] + Peer.all.map(\.name)]
        + types.map { one in
          let curve = one.learned.first { $0.jobs == 100 }?.curve
          return [one.type.name]
            + one.peers.map {
              "\($0.latency.threeDigits) → \(seconds(curve?.latency(atCalls: $0.calls)))"
            }
        })
  }

  private var portfolio: Grid {
    Grid(
      title: "Ten types together, at one price: mean latency in seconds at the same calls",
      rows: [["others", "calls", "latency", "best"] + trainings.map { "n = \($0)" }]
        + figures.portfolio.rows.map { row in
          [row.peer, row.calls.threeDigits, row.latency.threeDigits, seconds(row.optimum)]
            + row.learned.map { seconds($0.latency) }
        })
  }

  private var drift: Grid {
    Grid(
      title: "Cost ÷ least cost by the jobs since all take so many times as long",
      rows: [
        ["law", "times", "learned from", "c"]
          + Drift.windows.map { "\($0.lowerBound) to \($0.upperBound)" }
      ]
        + figures.drifts.map { drift in
          [drift.name, "\(drift.factor)", drift.source.rawValue, "\(Int(drift.price))"]
            + drift.ratios.map(ratio)
        })
  }

  private func versus(_ latency: Double?, _ best: Double?) -> String {
    guard let latency, let best else { return "-" }
    return "\(latency.threeDigits) (\(String(format: "%.2f", latency / best)))"
  }

  private func seconds(_ value: Double?) -> String { value.map(\.threeDigits) ?? "-" }

  private func ratio(_ value: Double) -> String { String(format: "%.3f", value) }

  private func dots(_ values: [Double], _ text: (Double) -> String) -> String {
    values.map(text).joined(separator: " · ")
  }
}

/// All the types together, the same number of jobs of each, under one price or one way of polling.
enum Portfolio {
  /// Against fixed gaps and other ways of polling, at the calls of each.
  static func figures(_ types: [SingleType]) -> [Figure] {
    let learned = (types.first?.learned ?? []).indices.map { index in
      (
        jobs: types[0].learned[index].jobs,
        curve: curve(types.map { $0.learned[index].outcomes })
      )
    }
    return Peer.all.enumerated().flatMap { index, peer in
      let theirs = Outcome.mean(types.map { $0.peers[index] })
      return learned.compactMap { jobs, curve in
        curve.latency(atCalls: theirs.calls).map { figure(peer.name, theirs.latency, jobs, $0) }
      }
    }
  }

  private static func figure(
    _ peer: String, _ theirs: Double, _ jobs: Int, _ latency: Double
  ) -> Figure {
    let name = "ten types at the calls of \(peer), n = \(jobs)"
    let cell = Figure.Cell(
      table: "Ten types together: mean latency at the calls of others, or to theirs",
      row: "\(peer): \(theirs.threeDigits) s", column: "n = \(jobs)")
    if jobs == 0 && peer.hasPrefix("fixed") {
      return Figure(
        name: "\(name), to its latency", cell: cell, value: latency / theirs, unit: "×",
        limit: .atMost(1.1))
    }
    return Figure(
      name: name, cell: cell, value: latency, unit: "s",
      detail: "\(peer): \(theirs.threeDigits) s",
      limit: jobs == 100 && peer == "fixed 10s" ? .atMost(2.1) : nil)
  }

  /// - Parameter outcomes: by type and price.
  private static func curve(_ outcomes: [[Outcome]]) -> OutcomeCurve {
    OutcomeCurve((outcomes.first ?? []).indices.map { price in .mean(outcomes.map { $0[price] }) })
  }
}

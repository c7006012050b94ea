/// All the types together, the same number of jobs of each, under one price or one way of polling.
struct Portfolio: Sendable {
  struct Row: Sendable {
    var peer: String
    var calls: Double
    var latency: Double
    /// At the same calls.
    var optimum: Double?
    /// The same, by the number of jobs of each type that were learned from.
    var learned: [(jobs: Int, latency: Double?)]
  }

  let rows: [Row]

  init(_ types: [SingleType]) {
    let optimum = Self.curve(types.map(\.optima))
    let trainings = types.first?.learned.map(\.jobs) ?? []
    let learned = trainings.indices.map { index in
      (jobs: trainings[index], curve: Self.curve(types.map { $0.learned[index].outcomes }))
    }
    rows = Peer.all.enumerated().map { index, peer in
      let together = Outcome.mean(types.map { $0.peers[index] })
      return Row(
        peer: peer.name, calls: together.calls, latency: together.latency,
        optimum: optimum.latency(atCalls: together.calls),
        learned: learned.map { ($0.jobs, $0.curve.latency(atCalls: together.calls)) })
    }
  }

  /// Of outcomes by type and price.
  private static func curve(_ outcomes: [[Outcome]]) -> OutcomeCurve {
    OutcomeCurve((outcomes.first ?? []).indices.map { price in .mean(outcomes.map { $0[price] }) })
  }
}

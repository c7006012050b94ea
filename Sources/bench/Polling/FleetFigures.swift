/// What the fleet is held to.
extension Fleet {
  var granted: Double { scale.granted() }
  /// Calls that a job may cost.
  private var callsPerJob: Double { granted / scale.beginsPerSecond }
  var leastLatency: Double { bound.latency(calls: callsPerJob) }
  var leastPrice: Double { bound.types(calls: callsPerJob).price }
  var leastTypes: [Outcome] { bound.types(calls: callsPerJob).types }

  var policies: [(name: String, view: FleetView)] {
    [
      ("learned, warm", FleetView(warm, Self.measured)),
      ("learned, cold", FleetView(cold, Self.measured)),
      ("fixed 10s, in turn", FleetView(fixed, 40..<65)),
    ]
  }

  /// The minutes of `changes`, by what had happened.
  var phases: [(name: String, view: FleetView)] {
    [
      ("before", 10..<25), ("in the outage", 40..<50), ("up to 10 min after", 50..<60),
      ("10 to 20 min after", 60..<70), ("from 20 min after", 70..<95),
      ("half the quota, 10 min", 120..<130), ("half, 10 to 20 min", 130..<140),
      ("half, from 20 min", 140..<150), ("whole again, 10 min", 160..<170),
      ("whole, 10 to 20 min", 170..<180), ("whole, from 20 min", 180..<200),
    ].map { ($0, FleetView(changes, $1)) }
  }

  var figures: [Figure] {
    let views = policies.map(\.view)
    let whole = bound.latency(
      calls: Double(scale.quota.calls) / scale.quota.per.seconds / scale.beginsPerSecond)
    let jobs = [warm, cold].flatMap { run in
      [
        Figure(
          name: "fleet, \(run.script.name): mean latency ÷ bound",
          value: FleetView(run, Self.measured).mean / leastLatency, unit: "×",
          detail: "at \(granted.threeDigits) calls/s; \(run.unseen) jobs not seen at the end",
          limit: .atMost(1.1)),
        Figure(
          name: "fleet, \(run.script.name): mean latency ÷ bound at all that the cloud grants",
          value: FleetView(run, Self.measured).mean / whole, unit: "×"),
        Figure(
          name: "fleet, fixed 10s under the quota ÷ \(run.script.name)",
          value: views[2].mean / FleetView(run, Self.measured).mean, unit: "×", limit: .atLeast(3)),
        Figure(
          name: "fleet, \(run.script.name): throttling answers",
          value: Double(run.cloud.refusals.count), limit: .atMost(0)),
      ]
    }
    return jobs + [
      Figure(
        name: "fleet: calls in the fullest window ÷ quota",
        value: [warm, cold, fixed, changes, deadlines].map(\.cloud).map {
          $0.fullestAsBegun ?? $0.fullest
        }.max() ?? 0, unit: "×", detail: "where it changes, until then",
        limit: .atMost(1)),
      Figure(
        name: "fleet, after an outage: mean latency ÷ bound from 20 min on",
        value: phases[4].view.mean / leastLatency, unit: "×", limit: .atMost(1.15)),
      Figure(
        name: "fleet, a quota that halves: throttling answers",
        value: Double(changes.cloud.refusals.count), limit: .atMost(1)),
      Figure(
        name: "fleet, after a long outage: deadlines met of those that could be",
        value: Double(deadlines.deadlines.met) / Double(max(deadlines.deadlines.possible, 1)),
        detail: "\(deadlines.deadlines.met) of \(deadlines.deadlines.possible)", limit: .atLeast(1)),
    ]
  }
}

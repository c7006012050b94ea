/// The CPU time of a whole poll against that of a GET by the bare HTTP client.
struct PollCost: Sendable {
  var setting: ThroughputSetting

  private struct Round {
    var bare: LoadSample
    var quiet: LoadSample
    var lively: LoadSample
  }

  func measure() async throws -> [Figure] {
    let rounds = try await CountedTransport.use { transport in
      var rounds: [Round] = []
      for _ in 0..<setting.rounds {
        rounds.append(
          Round(
            bare: try await bare(transport), quiet: try await polls(.quiet, transport),
            lively: try await polls(.lively, transport)))
      }
      return rounds
    }
    return [
      figure("CPU of a poll without news, to a bare GET", rounds, \.quiet, limit: .atMost(2.5)),
      figure("CPU of a poll with news, to a bare GET", rounds, \.lively, limit: nil),
    ]
  }

  private func bare(_ transport: CountedTransport) async throws -> LoadSample {
    let load = BareLoad(
      endpoint: setting.endpoint, rate: ThroughputSetting.jobs, transport: transport)
    return try await load.run { try await transport.sample(setting.window) }
  }

  private func polls(_ kind: BenchJobs, _ transport: CountedTransport) async throws -> LoadSample {
    try await PollLoad(setting: setting, kind: kind, transport: transport).run { _ in
      try await transport.sample(setting.window)
    }
  }

  private func figure(
    _ name: String, _ rounds: [Round], _ side: KeyPath<Round, LoadSample>, limit: Figure.Limit?
  ) -> Figure {
    let sides = [rounds.map { $0[keyPath: side] }, rounds.map(\.bare)]
    let costs = sides.map { $0.map(\.microsecondsPerAnswer) }
    let details = zip(costs, sides).map { cost, side in
      "\(cost.median.threeDigits) µs at \(side.map(\.rate).median.threeDigits)/s"
    }
    return Figure(
      name: name, value: zip(costs[0], costs[1]).map { $0 / $1 }.median, unit: "×",
      detail: details.joined(separator: ", "), limit: limit)
  }
}

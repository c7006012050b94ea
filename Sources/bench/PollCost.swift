/// The CPU time of a whole poll against that of a GET by the bare HTTP client.
struct PollCost: Sendable {
  var scale: Scale
  var place: Place

  private struct Round {
    var bare: LoadSample
    var quiet: LoadSample
    var lively: LoadSample
  }

  func measure() async throws -> [Figure] {
    let rounds = try await CountedTransport.use { transport in
      var rounds: [Round] = []
      for _ in 0..<scale.rounds {
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
    let load = BareLoad(endpoint: place.endpoint, rate: scale.jobs, transport: transport)
    return try await load.run { try await LoadSample.take(scale.window, of: transport) }
  }

  private func polls(_ kind: BenchJobs, _ transport: CountedTransport) async throws -> LoadSample {
    let load = PollLoad(place: place, kind: kind, jobs: scale.jobs, transport: transport)
    return try await load.run { _ in try await LoadSample.take(scale.window, of: transport) }
  }

  private func figure(
    _ name: String, _ rounds: [Round], _ side: KeyPath<Round, LoadSample>, limit: Figure.Limit?
  ) -> Figure {
    let whole = rounds.map { $0[keyPath: side] }
    let bare = rounds.map(\.bare)
    let ratios = zip(whole, bare).map { $0.microsecondsPerAnswer / $1.microsecondsPerAnswer }
    let cost = whole.map(\.microsecondsPerAnswer).median.threeDigits
    let bareCost = bare.map(\.microsecondsPerAnswer).median.threeDigits
    return Figure(
      name: name, value: ratios.median, unit: "×",
      detail: "\(cost) µs at \(whole.map(\.rate).median.threeDigits)/s, "
        + "\(bareCost) µs at \(bare.map(\.rate).median.threeDigits)/s",
      limit: limit)
  }
}

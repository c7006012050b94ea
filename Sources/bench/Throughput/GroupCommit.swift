import JobWatchStore

/// The rows of one commit at a thousand observations a second, and the wait for it.
///
/// The poller and its store alone, because the commits of a status log and a relay would count with these.
struct GroupCommit: Sendable {
  var setting: ThroughputSetting

  private struct Counts: Sendable {
    var observations: LoadSample
    var commits: Double
    /// Inserted, updated or deleted.
    var rows: Double

    var rowsPerCommit: Double { rows / max(commits, 1) }
    var observationsPerCommit: Double { Double(observations.answers) / max(commits, 1) }
    var detail: String {
      let perObservation = rows / Double(max(observations.answers, 1))
      return "\((commits / observations.seconds).threeDigits) commits/s, "
        + "\(perObservation.threeDigits) rows an observation"
    }
  }

  func measure() async throws -> [Figure] {
    try await CountedTransport.use(figures)
  }

  private func figures(_ transport: CountedTransport) async throws -> [Figure] {
    let (news, waits) = try await load(.lively, transport).run { store -> (Counts, [Double]) in
      let news = try await count(store, transport)
      return (news, try await self.waits(of: store))
    }
    let quiet = try await load(.quiet, transport).run { try await count($0, transport) }
    return [
      Figure(
        name: "observations a second, with news", value: news.observations.rate, unit: "/s",
        limit: .atLeast(1000)),
      Figure(
        name: "rows a commit, with news", value: news.rowsPerCommit, detail: news.detail,
        limit: .atLeast(20)),
      Figure(name: "observations a commit, with news", value: news.observationsPerCommit),
      Figure(name: "wait for a commit, with news, p50", value: waits.quantile(0.5), unit: "ms"),
      Figure(
        name: "wait for a commit, with news, p99", value: waits.quantile(0.99), unit: "ms",
        detail: "\(waits.count) writes of one row beside the polls"),
      Figure(
        name: "rows a commit, without news", value: quiet.rowsPerCommit, detail: quiet.detail),
    ]
  }

  private func load(_ kind: BenchJobs, _ transport: CountedTransport) -> PollLoad {
    PollLoad(setting: setting, kind: kind, transport: transport)
  }

  private func count(_ store: Store, _ transport: CountedTransport) async throws -> Counts {
    let before = store.statistics
    let sample = try await transport.sample(setting.window * 2)
    let after = store.statistics
    return Counts(
      observations: sample, commits: Double(after.commits - before.commits),
      rows: Double(after.rows - before.rows))
  }

  /// The wait, in milliseconds, for one more write at each of many random moments. It comes after the count, because it
  /// would add to it.
  private func waits(of store: Store) async throws -> [Double] {
    var waits: [Double] = []
    let end = ContinuousClock.now + setting.window
    while ContinuousClock.now < end {
      try await Task.sleep(for: .microseconds(Int.random(in: 2000...12_000)))
      let start = ContinuousClock.now
      try await store.write { try $0.setLogCursor("bench", seq: 0, inode: 0) }
      waits.append((ContinuousClock.now - start).exactSeconds * 1000)
    }
    return waits
  }
}

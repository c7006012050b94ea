/// What a run gave the jobs that ended in some of its minutes.
struct FleetView {
  let minutes: Range<Int>
  /// Seconds.
  let mean: Double
  let quantiles: [Double]
  let callsPerSecond: Double
  let prices: [Double]
  let count: Int
  /// By type; seconds.
  let types: [Double]

  init(_ run: FleetRun, _ minutes: Range<Int>) {
    self.minutes = minutes
    let seconds = Float(minutes.lowerBound * 60)..<Float(minutes.upperBound * 60)
    let jobs = run.found.filter { seconds.contains($0.endedAt) }
    let latencies = jobs.map { Double($0.latency) }
    count = jobs.count
    mean = latencies.reduce(0, +) / Double(max(jobs.count, 1))
    quantiles = [0.5, 0.95, 0.99].map(latencies.quantile)
    types = FleetType.all.indices.map { type in
      let own = jobs.filter { $0.type == type }
      return own.reduce(0) { $0 + Double($1.latency) } / Double(max(own.count, 1))
    }
    let calls = run.cloud.calls(
      from: Int64(minutes.lowerBound) * 60_000, to: Int64(minutes.upperBound) * 60_000)
    callsPerSecond = Double(calls) / Double(60 * minutes.count)
    let within = run.prices[
      (minutes.lowerBound * 12)..<min(minutes.upperBound * 12, run.prices.count)]
    prices = within.sorted()
  }
}

/// Every figure of the runs, with its limit.
struct DetectionFigures: Sendable {
  var fixed: Detections
  var learned: Detections
  var typed: Detections
  var target: Detections
  /// Under a configuration that says nothing of polling.
  var frugal: Detections
  /// Seconds.
  var targetLatency: Double

  private var runs: [Detections] { [fixed, learned, typed, target, frugal] }

  var figures: [Figure] {
    [
      Figure(
        name: "mean latency, learned to fixed",
        value: learned.latencies.mean / fixed.latencies.mean, unit: "×",
        detail: "in \(learned.calls) calls; fixed: \(fixed.calls)", limit: .atMost(0.6)),
      Figure(
        name: "mean latency, learned with the type told, to fixed",
        value: typed.latencies.mean / fixed.latencies.mean, unit: "×",
        detail: "in \(typed.calls) calls"),
      Figure(
        name: "mean latency, off its target",
        value: abs(target.latencies.mean / targetLatency - 1) * 100, unit: "%",
        detail: "\(target.latencies.mean.threeDigits) s of \(targetLatency.threeDigits) s",
        limit: .atMost(25)),
      Figure(
        name: "calls turned away", value: Double(runs.map(\.throttled).reduce(0, +)),
        limit: .atMost(0)),
    ] + runs.flatMap(figures)
      + runs.flatMap { run in DetectionLoad.medians.flatMap { figures(run, $0) } }
  }

  private func figures(_ run: Detections) -> [Figure] {
    let (latencies, telling) = (run.latencies, run.all.map(\.telling))
    let mostCalls = run.quota.map { quota in
      Figure(
        name: "most calls in any 10 s, to the quota, \(run.name)",
        value: Double(run.mostCalls) / Double(quota.calls) * 100, unit: "%",
        detail: "\(run.mostCalls) of \(quota.calls)", limit: .atMost(100))
    }
    return [
      Figure(
        name: "mean latency, \(run.name)", value: latencies.mean, unit: "s",
        detail: "\(latencies.spread), \(run.all.count) jobs"),
      Figure(
        name: "calls a job, \(run.name)", value: run.callsPerJob,
        detail: "\(run.calls) in \(run.seconds.threeDigits) s: \(run.rate.threeDigits)/s"),
      Figure(
        name: "of a latency, from the last call to the log, \(run.name)",
        value: telling.mean * 1000, unit: "ms", detail: telling.map { $0 * 1000 }.spread),
    ] + (mostCalls.map { [$0] } ?? [])
  }

  private func figures(_ run: Detections, _ median: Int) -> [Figure] {
    let (jobs, row) = (run.of(median: median), "jobs of \(median) s")
    let latencies = jobs.map(\.latency)
    return [
      Figure(
        name: "mean latency, \(run.name), \(row)",
        cell: .init(table: "Mean latency", row: row, column: run.name), value: latencies.mean,
        unit: "s", detail: latencies.spread),
      Figure(
        name: "calls a job, \(run.name), \(row)",
        cell: .init(table: "Calls a job", row: row, column: run.name),
        value: jobs.map { Double($0.asked.count) }.mean),
    ]
  }
}

extension [Double] {
  fileprivate var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }

  fileprivate var spread: String {
    "p50 \(median.threeDigits), p95 \(quantile(0.95).threeDigits), p99 \(quantile(0.99).threeDigits)"
  }
}

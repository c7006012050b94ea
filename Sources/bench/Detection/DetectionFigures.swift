/// Every figure of the runs, with what it must not exceed.
struct DetectionFigures: Sendable {
  var fixed: Detections
  var learned: Detections
  var typed: Detections
  var target: Detections
  /// As an account is watched of which nothing is said.
  var frugal: Detections
  /// Seconds.
  var targetLatency: Double

  var runs: [Detections] { [fixed, learned, typed, target, frugal] }

  var all: [Figure] {
    summary + runs.flatMap { run in DetectionLoad.medians.map { type($0, run) } }
  }

  /// All but those of single types.
  var summary: [Figure] {
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
  }

  private func figures(_ run: Detections) -> [Figure] {
    let (latencies, telling) = (run.latencies, run.all.map(\.telling))
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
    ] + (run.quota.map { [mostCalls(run, $0.calls)] } ?? [])
  }

  private func mostCalls(_ run: Detections, _ quota: Int) -> Figure {
    Figure(
      name: "most calls in any 10 s, to the quota, \(run.name)",
      value: Double(run.mostCalls) / Double(quota) * 100, unit: "%",
      detail: "\(run.mostCalls) of \(quota)", limit: .atMost(100))
  }

  private func type(_ median: Int, _ run: Detections) -> Figure {
    let jobs = run.of(median: median)
    let calls = jobs.map { Double($0.asked.count) }.mean.threeDigits
    return Figure(
      name: "mean latency, \(run.name), jobs of \(median) s",
      value: jobs.map(\.latency).mean, unit: "s",
      detail: "\(jobs.map(\.latency).spread), \(calls) calls a job")
  }

  /// A row for each type, for people.
  var table: String {
    let head = ["mean latency and calls a job"] + runs.map(\.name)
    let rows = DetectionLoad.medians.map { median in
      ["jobs of \(median) s"]
        + runs.map { run in
          let jobs = run.of(median: median)
          let calls = jobs.map { Double($0.asked.count) }.mean
          return "\(jobs.map(\.latency).mean.threeDigits) s, \(calls.threeDigits)"
        }
    }
    return Grid(rows: [head] + rows).text
  }
}

extension [Double] {
  fileprivate var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }

  fileprivate var spread: String {
    "p50 \(median.threeDigits), p95 \(quantile(0.95).threeDigits), p99 \(quantile(0.99).threeDigits)"
  }
}

import JobWatchCore
import SimulatedCloud

/// The result of a run.
struct Detections: Sendable {
  struct Detection: Sendable {
    var job: DetectionJob
    /// Seconds from the end in the job's record until the status log told it.
    var latency: Double
    /// Of these, the ones since the cloud was asked for the last time.
    var telling: Double
    /// Ages, in seconds, at which the cloud was asked.
    var asked: [Double]
  }

  let name: String
  let all: [Detection]
  let quota: Quota?
  /// From the first job's begin until the last end was told.
  let seconds: Double
  let calls: Int
  /// Calls that the cloud turned away for its quota.
  let throttled: Int
  /// In any window of the quota's length, or of 10 s.
  let mostCalls: Int

  init(
    name: String, jobs: [DetectionJob], begun: [String: Timestamp], told: [String: Timestamp],
    calls: [Call], quota: Quota?
  ) {
    let asked = Dictionary(grouping: calls, by: \.jobID)
    all = jobs.compactMap { job in
      guard let begin = begun[job.id], let told = told[job.id] else { return nil }
      let times = asked[job.id, default: []].map(\.time)
      return Detection(
        job: job, latency: (told - (begin + job.duration)).exactSeconds,
        telling: (told - (times.last { $0 <= told } ?? told)).exactSeconds,
        asked: times.map { ($0 - begin).exactSeconds })
    }
    self.name = name
    self.quota = quota
    self.calls = calls.count
    throttled = calls.count(where: \.isThrottled)
    mostCalls = calls.map(\.time).mostWithin(quota?.per ?? .seconds(10))
    seconds =
      if let first = begun.values.min(), let last = told.values.max() {
        (last - first).exactSeconds
      } else {
        0
      }
  }

  var latencies: [Double] { all.map(\.latency) }
  var callsPerJob: Double { Double(calls) / Double(max(all.count, 1)) }
  /// Calls a second while there was anything to watch.
  var rate: Double { Double(calls) / max(seconds, 1e-3) }

  func of(median: Int) -> [Detection] { all.filter { $0.job.median == median } }
}

extension [Timestamp] {
  /// The most of these times, which are in order, that lie within a window.
  func mostWithin(_ window: Duration) -> Int {
    var (most, first) = (0, startIndex)
    for (index, time) in enumerated() {
      while time - self[first] >= window { first += 1 }
      most = Swift.max(most, index - first + 1)
    }
    return most
  }
}

import JobWatchCore
import PollPlanning

/// A hundred thousand jobs under a quota of two calls for each in a quarter of an hour: with the learned schedule, and
/// at fixed intervals.
struct Fleet {
  struct Scale: Sendable {
    var beginsPerSecond: Double
    var quota: Quota
  }

  /// The events of a simulated fleet.
  struct Script: Sendable {
    /// Of simulated time.
    var minutes: Int
    /// How long jobs of each type take was learned before.
    var isWarm = true
    /// Every job is polled this often, as far as the quota lets it.
    var fixed: Duration?
    /// In minutes; no call is made.
    var outage: Range<Int>?
    /// From a minute on, the share of the full quota that the cloud grants.
    var shares: [(minute: Int, share: Double)] = []
    var retention: Duration?
  }

  private let bound: Bound
  /// Calls a second that a limiter of the quota grants.
  private let granted: Double
  private let warm: FleetRun
  private let cold: FleetRun
  private let fixed: FleetRun
  private let changes: FleetRun
  private let deadlines: FleetRun

  init(isQuick: Bool) async {
    // Of 13,264 calls a minute, 200 a second are used: 95 % of them, in 1.05 minutes.
    let scale = Scale(
      beginsPerSecond: isQuick ? 5.15 : 51.5, quota: Quota(calls: isQuick ? 1327 : 13_264, per: .minutes(1)))
    let granted = RateLimiter(cap: scale.quota).rate
    let bound = Bound(calls: granted / scale.beginsPerSecond)
    (self.granted, self.bound) = (granted, bound)
    @Sendable func run(_ script: Script) async -> FleetRun { FleetRun(script, scale: scale, price: bound.price) }
    async let warm = run(Script(minutes: 165))
    async let cold = run(Script(minutes: 165, isWarm: false))
    async let fixed = run(Script(minutes: 80, fixed: .seconds(10)))
    async let changes = run(Script(minutes: 215, outage: 40..<50, shares: [(120, 0.5), (160, 1)]))
    async let deadlines = run(Script(minutes: 170, outage: 20..<109, retention: .hours(2)))
    (self.warm, self.cold, self.fixed) = await (warm, cold, fixed)
    (self.changes, self.deadlines) = await (changes, deadlines)
  }

  /// The least mean latency that any schedule can reach with so many calls a job: the distributions are known, all jobs go
  /// by the one best price, no job waits for another's call, and none hangs.
  private struct Bound: Sendable {
    /// Seconds.
    let latency: Double
    /// At which a job costs about so many calls.
    let price: Double

    init(calls: Double) {
      let prices = Array(sequence(first: 4.0) { $0 < 1500 ? $0 * 1.1 : nil })
      let types = JobType.fleet.map { type in
        (type.share, DistributionGrid(type.distribution).optima(at: prices))
      }
      let outcomes = prices.indices.map { index in
        types.reduce(into: Outcome()) { sum, type in
          sum.calls += type.0 * type.1[index].calls
          sum.latency += type.0 * type.1[index].latency
        }
      }
      latency = outcomes.latency(atCalls: calls) ?? .nan
      let found = zip(prices, outcomes).min { abs($0.1.calls - calls) < abs($1.1.calls - calls) }
      price = found?.0 ?? 0
    }
  }

  var figures: [Figure] {
    let fixed = fixed.latencies(40..<65)
    let learned = [("learned, warm", warm), ("learned, cold", cold)].flatMap { name, run in
      let latencies = run.latencies(60..<150)
      return [
        Figure(
          "fleet, \(name): mean latency ÷ bound", latencies.mean / bound.latency, "×",
          detail: "mean \(latencies.mean.threeDigits) s, p95 \(latencies.quantile(0.95).threeDigits) s; "
            + "bound \(bound.latency.threeDigits) s at \(granted.threeDigits) calls/s", atMost: 1.1),
        Figure(
          "fleet, fixed 10s under the quota ÷ \(name)", fixed.mean / latencies.mean, "×",
          detail: "mean \(fixed.mean.threeDigits) s, p95 \(fixed.quantile(0.95).threeDigits) s", atLeast: 3),
        Figure("fleet, \(name): throttling answers", run.cloud.throttled, atMost: 0),
      ]
    }
    return learned + changesAndOutages
  }

  private var changesAndOutages: [Figure] {
    let (met, possible) = (deadlines.deadlines.met, deadlines.deadlines.possible)
    let clouds = [warm, cold, fixed, changes, deadlines].map(\.cloud)
    return [
      Figure(
        "fleet: calls in the fullest window ÷ quota", clouds.map(\.fullest).max() ?? 0, "×",
        detail: "where it changes, until then", atMost: 1),
      Figure(
        "fleet, after an outage: mean latency ÷ bound from 20 min on",
        changes.latencies(70..<95).mean / bound.latency, "×", atMost: 1.15),
      Figure("fleet, a quota that halves: throttling answers", changes.cloud.throttled, atMost: 1),
      Figure(
        "fleet, after a long outage: deadlines met of those that could be",
        Double(met) / Double(possible), detail: "\(met) of \(possible)", atLeast: 1),
    ]
  }
}

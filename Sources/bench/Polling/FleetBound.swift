import Glibc
import JobWatchCore
import PollPlanning

/// The least mean latency that any schedule can reach with so many calls a second: the laws are known, all jobs go by
/// the one best price, no job waits for another's call, and none hangs.
struct FleetBound: Sendable {
  /// Seconds a job.
  let meanDuration: Double
  private let curve: OutcomeCurve
  private let outcomes: [(price: Double, types: [Outcome])]

  private static let prices = Array(sequence(first: 4.0) { $0 < 1500 ? $0 * 1.1 : nil })

  init() {
    let laws = FleetType.all.map { ExactLaw($0.law) }
    let shares = FleetType.all.map(\.share)
    meanDuration = zip(shares, laws).reduce(0) { $0 + $1.0 * $1.1.mean }
    outcomes = Self.prices.map { price in (price, laws.map { $0.optimum(at: price) }) }
    curve = OutcomeCurve(
      outcomes.map { row in
        zip(shares, row.types).reduce(into: Outcome()) { sum, part in
          sum.calls += part.0 * part.1.calls
          sum.latency += part.0 * part.1.latency
        }
      })
  }

  /// Seconds.
  func latency(calls: Double) -> Double { curve.latency(atCalls: calls) ?? .infinity }

  /// The price at which a job costs so many calls, and what each type then comes to.
  func types(calls: Double) -> (price: Double, types: [Outcome]) {
    let shares = FleetType.all.map(\.share)
    let row = outcomes.min { left, right in
      let excess = [left, right].map { row in
        abs(zip(shares, row.types).reduce(0) { $0 + $1.0 * $1.1.calls } - calls)
      }
      return excess[0] < excess[1]
    }
    return row ?? (0, [])
  }
}

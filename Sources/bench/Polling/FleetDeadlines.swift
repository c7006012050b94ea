import JobWatchCore
import PollPlanning

/// The jobs' deadlines: a job unseen by then may have its record deleted.
struct FleetDeadlines {
  /// The most that any order of the calls could meet.
  private(set) var possible = 0
  private(set) var met = 0
  /// Uptimes in milliseconds, by job.
  private var open: [Int64: Int64] = [:]

  init() {}

  /// - Parameters:
  ///   - deadlines: uptimes in milliseconds.
  ///   - now: when the first call can be made.
  ///   - limit: of the calls; none was made lately: a whole window's may be made at once.
  init(_ deadlines: [(job: Int64, deadline: Int64)], at now: Int64, limit: SlidingWindow) {
    // Calls that all take the same time: the nearest deadline that can still be met is always a best one.
    for deadline in deadlines.map(\.deadline).sorted()
    where now + Int64(possible / limit.calls) * limit.window.milliseconds < deadline {
      possible += 1
    }
    open = Dictionary(uniqueKeysWithValues: deadlines.map { ($0.job, $0.deadline) })
  }

  mutating func see(_ job: Int64, at now: Int64) {
    guard !open.isEmpty, let deadline = open.removeValue(forKey: job) else { return }
    if now < deadline { met += 1 }
  }
}

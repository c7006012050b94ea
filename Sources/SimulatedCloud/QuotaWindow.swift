import JobWatchCore

/// Lets at most `quota.calls` calls pass in any window of length `quota.per`. A call that is turned away does not count.
struct QuotaWindow: Sendable {
  let quota: Quota
  /// Passed calls in order of time; those before `start` have left the window.
  private var passed: [Timestamp] = []
  private var start = 0

  init(_ quota: Quota) { self.quota = quota }

  /// True if a call at `now` may pass, which then counts.
  mutating func admit(at now: Timestamp) -> Bool {
    while start < passed.count, now - passed[start] >= quota.per { start += 1 }
    // Dropping the old half only now and then keeps a call at constant cost.
    if start > 1024, start * 2 > passed.count {
      passed.removeFirst(start)
      start = 0
    }
    guard passed.count - start < quota.calls else { return false }
    passed.append(now)
    return true
  }
}

extension Quota {
  /// How the gateway names a quota in its answer: "limit:200,time:1 minute", in whole seconds.
  var words: String {
    let seconds = max(1, Int(per.seconds.rounded(.up)))
    let window = seconds % 60 == 0 ? "\(seconds / 60) minute" : "\(seconds) second"
    return "limit:\(calls),time:\(window)"
  }
}

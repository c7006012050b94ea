extension PollForecast {
  /// What a call costs at one (account, service) now, and why so much.
  package struct CallCost: Hashable, Sendable {
    /// Seconds of latency.
    package let now: Double
    /// The same by what the user says.
    package let least: Double
    /// Seconds of mean latency that `least` is to reach; nil: the user named the price itself.
    package let target: Double?

    /// - Parameter recorded: what it was last at the quota's behest.
    init(recorded: Double, least: Double, target: Double? = nil) {
      now = max(recorded, least)
      self.least = least
      self.target = target
    }

    /// The quota is too short for the calls that the user's price would buy. Prices lie a tenth apart: less is none.
    package var isRaised: Bool { now > 1.1 * least }
  }
}

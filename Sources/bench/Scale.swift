/// How much is measured.
struct Scale: Sendable {
  /// Each one side, then the other; the figure is the median of the pairs, so that what else the machine does
  /// meanwhile falls on both.
  var rounds: Int
  /// Of one side of a round.
  var window: Duration
  /// Jobs of each kind, asked for once a second each: a little over a thousand polls a second.
  let jobs = 1040
  var spoolFiles: Int
  let jobsPerFile = 10

  static let full = Scale(rounds: 5, window: .seconds(5), spoolFiles: 2000)
  static let quick = Scale(rounds: 3, window: .seconds(2), spoolFiles: 400)
}

/// Where the measurements take place.
struct Place: Sendable {
  var directory: String
  /// Base URL of the simulated cloud.
  var endpoint: String
}

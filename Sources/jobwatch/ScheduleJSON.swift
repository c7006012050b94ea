import JobWatchCore

/// The schedule of a job as `--json` prints it; durations and ages are seconds.
struct ScheduleJSON: Encodable {
  struct Range: Encodable {
    let from: Double
    /// Nil: more than one in ten is not known to end.
    let to: Double?
  }

  let sentence: String
  /// Eight in ten of its type end between these; nil: too few are known.
  let typicalSeconds: Range?
  /// Nil where its age decides nothing.
  let ageSeconds: Double?
  /// Jobs of its type that ended.
  let jobsKnown: Int
  let nextPollAt: Timestamp
  let reasons: [String]
  /// What stands in the way of any poll now.
  let obstacle: String?
  /// Nil: the gap is fixed, and nothing is planned by a price.
  let priceSeconds: Double?

  init(_ outlook: PollForecast) {
    sentence = outlook.sentence
    typicalSeconds = outlook.type.typical.map {
      Range(from: $0.from.thousandths, to: $0.to.finite)
    }
    ageSeconds = outlook.age?.thousandths
    jobsKnown = outlook.type.ended
    nextPollAt = outlook.nextPoll
    reasons = outlook.reasons.map(\.name)
    obstacle = outlook.obstacle
    priceSeconds = outlook.isPlanned ? outlook.cost.now.thousandths : nil
  }
}

extension Double {
  /// Rounded: nothing that is printed is known to more digits.
  var thousandths: Double { (self * 1000).rounded() / 1000 }

  /// Nil where there is none that JSON could say.
  var finite: Double? { isFinite ? thousandths : nil }
}

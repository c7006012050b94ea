/// Makes the data of an event fit where only so many bytes are taken, as by receivers and log shippers. The database keeps
/// all of it, counts stay whole, and `truncated` names what was cut.
///
/// The raw answer goes first, because the other fields repeat it; then the last of the failed sub-jobs, with each distinct
/// reason kept and counted; then long texts and lists. The same data always gives the same, also for a later attempt.
struct EventTrim {
  /// The most that stays. Texts are measured as JSON, where a quote takes two bytes and a control character six.
  struct Limits {
    var failures: Int
    var reasons: Int
    /// Of a field of the event.
    var text: Int
    /// Of a field of a failure or a reason, and of a name or value in a list.
    var part: Int
    var entities: Int
    var labels: Int
  }

  /// Each step leaves less than the one before. The last comes to less than 8 kB, whatever the data.
  static let steps = [
    Limits(failures: 200, reasons: 50, text: 8192, part: 1024, entities: 100, labels: 32),
    Limits(failures: 60, reasons: 20, text: 4096, part: 320, entities: 48, labels: 32),
    Limits(failures: 30, reasons: 16, text: 2048, part: 320, entities: 24, labels: 32),
    Limits(failures: 16, reasons: 12, text: 1024, part: 256, entities: 16, labels: 32),
    Limits(failures: 8, reasons: 8, text: 512, part: 128, entities: 12, labels: 16),
    Limits(failures: 4, reasons: 4, text: 256, part: 64, entities: 8, labels: 8),
    Limits(failures: 1, reasons: 2, text: 128, part: 48, entities: 4, labels: 4),
  ]

  let limits: Limits
  private var marks: Set<String> = []

  init(_ limits: Limits) { self.limits = limits }

  mutating func cut(_ data: EventData) -> EventData {
    var data = data
    let texts: [(String, WritableKeyPath<EventData, String?>)] = [
      ("region", \.region), ("job_type", \.jobType), ("raw_status", \.rawStatus),
      ("begin_time", \.beginTime), ("end_time", \.endTime), ("error_code", \.errorCode),
      ("fail_reason", \.failReason), ("request_id", \.requestID), ("channel", \.channel),
      ("file", \.file), ("cause", \.cause), ("cure", \.cure),
    ]
    for (name, path) in texts { cut(&data[keyPath: path], limits.text, name) }
    data.summary = cut(data.summary, limits.text, "summary")
    if let cause = data.blindGap?.cause { data.blindGap?.cause = cut(cause, limits.text, "blind_gap.cause") }
    data.entities = cut(data.entities, limits.entities, "entities")
    data.labels = cut(data.labels, limits.labels, "labels")
    data.subJobs = data.subJobs.map { cut($0) }
    marks.formUnion(data.truncated ?? [])
    data.truncated = marks.isEmpty ? nil : marks.sorted()
    return data
  }

  private mutating func cut(_ count: SubJobCount) -> SubJobCount {
    let name = "sub_jobs.failures"
    var count = count
    let reasons = count.distinctReasons
    if count.failures.count > limits.failures { marks.insert(name) }
    count.failures = count.failures.prefix(limits.failures).map { failure in
      var failure = failure
      let texts: [WritableKeyPath<SubJobCount.Failure, String?>] = [
        \.jobID, \.jobType, \.beginTime, \.endTime, \.errorCode, \.failReason,
      ]
      for path in texts { cut(&failure[keyPath: path], limits.part, name) }
      failure.rawStatus = cut(failure.rawStatus, limits.part, name)
      failure.entities = cut(failure.entities, min(limits.entities, 12), name)
      return failure
    }
    guard marks.contains(name) else { return count }
    if reasons.count > limits.reasons { marks.insert("sub_jobs.reasons") }
    count.reasons = reasons.prefix(limits.reasons).map { reason in
      var reason = reason
      cut(&reason.errorCode, limits.part, "sub_jobs.reasons")
      cut(&reason.failReason, limits.part, "sub_jobs.reasons")
      return reason
    }
    return count
  }

  private mutating func cut(_ text: inout String?, _ limit: Int, _ name: String) {
    text = text.map { cut($0, limit, name) }
  }

  private mutating func cut(_ text: String, _ limit: Int, _ name: String) -> String {
    let cut = text.cut(toJSONBytes: limit)
    if cut != text { marks.insert(name) }
    return cut
  }

  /// The first by name; of two whose names have become one, the first.
  private mutating func cut(_ values: [String: String]?, _ most: Int, _ name: String) -> [String: String]? {
    guard let values else { return nil }
    if values.count > most { marks.insert(name) }
    var kept: [String: String] = [:]
    for (key, value) in values.sorted(by: { $0.key < $1.key }).prefix(most) {
      let key = cut(key, limits.part, name)
      if kept[key] == nil { kept[key] = cut(value, limits.part, name) }
    }
    return kept
  }
}

extension String {
  /// As much of it as takes `limit` bytes in JSON without its quotes; cut between characters, with an ellipsis.
  fileprivate func cut(toJSONBytes limit: Int) -> String {
    let mark = "…"
    var length = 0
    /// Behind the last character that leaves room for the mark.
    var end = unicodeScalars.startIndex
    for index in unicodeScalars.indices {
      length += unicodeScalars[index].jsonBytes
      if length > limit { return String(unicodeScalars[..<end]) + mark }
      if length <= limit - mark.utf8.count { end = unicodeScalars.index(after: index) }
    }
    return self
  }
}

extension Unicode.Scalar {
  /// As Foundation writes it: what need not be escaped is not.
  fileprivate var jsonBytes: Int {
    switch self {
    case "\"", "\\", "\n", "\r", "\t", "\u{8}", "\u{C}": 2
    case ..<" ": 6
    default: utf8.count
    }
  }
}

extension SubJobCount {
  /// Of the failures, the most frequent first, and of equally frequent ones the one that came first.
  fileprivate var distinctReasons: [Reason] {
    let places = Dictionary(grouping: failures.indices) { index in
      Reason(errorCode: failures[index].errorCode, failReason: failures[index].failReason, count: 0)
    }
    return places.sorted { ($1.value.count, $0.value[0]) < ($0.value.count, $1.value[0]) }
      .map { Reason(errorCode: $0.errorCode, failReason: $0.failReason, count: $1.count) }
  }
}

extension EventData {
  /// The data in at most `limit` bytes of JSON; as it is where it fits.
  /// - Parameter limit: 8192 or more.
  package func trimmed(to limit: Int) throws -> EventData {
    func fits(_ data: EventData) throws -> Bool { try data.json().utf8.count <= limit }
    var bare = self
    if evidence?.body != nil {
      bare.evidence?.body = nil
      bare.truncated = ["evidence.body"]
    }
    for data in [self, bare] where try fits(data) { return data }
    var most = subJobs?.failures.count ?? 0
    var best = bare
    for step in EventTrim.steps {
      // A short answer is worth more than one more failure.
      for data in [self, bare] {
        best = data.cut(to: step)
        guard try fits(best) else { continue }
        // As many failures as fit beside what the step leaves of all else.
        var (limits, tooMany) = (step, most)
        var kept = step.failures
        while tooMany - kept > 1 {
          limits.failures = (kept + tooMany) / 2
          let more = data.cut(to: limits)
          if try fits(more) {
            (best, kept) = (more, limits.failures)
          } else {
            tooMany = limits.failures
          }
        }
        return best
      }
      most = min(most, step.failures)
    }
    return best
  }

  private func cut(to limits: EventTrim.Limits) -> EventData {
    var trim = EventTrim(limits)
    return trim.cut(self)
  }
}

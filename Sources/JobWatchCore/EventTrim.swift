/// How the data of an event is made to fit where only so many bytes are taken: receivers refuse a body, and log shippers
/// cut a line, that is too long. The database keeps all of it.
///
/// Counts stay whole. What was left out or shortened is named in `truncated`, in the order in which it goes: first the raw
/// answer, which says once more what the other fields say; then the last of the failed sub-jobs, of which the first stay,
/// with each distinct reason and how many have it; then long texts and long lists. The same data always gives the same,
/// so that a message that is tried again has the body it had.
struct EventTrim {
  /// The most that stays. Texts are measured as they are in JSON, where a quote takes two bytes and a control character six.
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

  /// From one to the next less stays. The last comes to less than 8 kB, whatever the data.
  static let steps = [
    Limits(failures: 200, reasons: 50, text: 8192, part: 1024, entities: 100, labels: 32),
    Limits(failures: 60, reasons: 20, text: 4096, part: 320, entities: 48, labels: 32),
    Limits(failures: 30, reasons: 16, text: 2048, part: 320, entities: 24, labels: 32),
    Limits(failures: 16, reasons: 12, text: 1024, part: 256, entities: 16, labels: 32),
    Limits(failures: 8, reasons: 8, text: 512, part: 128, entities: 12, labels: 16),
    Limits(failures: 4, reasons: 4, text: 256, part: 64, entities: 8, labels: 8),
    Limits(failures: 1, reasons: 2, text: 128, part: 48, entities: 4, labels: 4),
  ]

  private let limits: Limits
  private var marks: Set<String> = []

  init(_ limits: Limits) { self.limits = limits }

  /// `data`, cut to the limits.
  mutating func cut(_ data: EventData) -> EventData {
    var data = data
    let texts: [(String, WritableKeyPath<EventData, String?>)] = [
      ("region", \.region), ("job_type", \.jobType), ("raw_status", \.rawStatus),
      ("begin_time", \.beginTime), ("end_time", \.endTime), ("error_code", \.errorCode),
      ("fail_reason", \.failReason), ("request_id", \.requestID), ("channel", \.channel),
      ("file", \.file), ("cause", \.cause), ("cure", \.cure),
    ]
    for (name, path) in texts { data[keyPath: path] = cut(data[keyPath: path], limits.text, name) }
    data.summary = cut(data.summary, limits.text, "summary") ?? ""
    if var gap = data.blindGap {
      gap.cause = cut(gap.cause, limits.text, "blind_gap.cause") ?? ""
      data.blindGap = gap
    }
    data.entities = cut(data.entities, limits.entities, "entities")
    data.labels = cut(data.labels, limits.labels, "labels")
    if let count = data.subJobs { data.subJobs = cut(count) }
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
      for path in texts { failure[keyPath: path] = cut(failure[keyPath: path], limits.part, name) }
      failure.rawStatus = cut(failure.rawStatus, limits.part, name) ?? ""
      failure.entities = cut(failure.entities, min(limits.entities, 12), name)
      return failure
    }
    guard marks.contains(name) else { return count }
    if reasons.count > limits.reasons { marks.insert("sub_jobs.reasons") }
    count.reasons = reasons.prefix(limits.reasons).map { reason in
      var reason = reason
      reason.errorCode = cut(reason.errorCode, limits.part, "sub_jobs.reasons")
      reason.failReason = cut(reason.failReason, limits.part, "sub_jobs.reasons")
      return reason
    }
    return count
  }

  private mutating func cut(_ text: String?, _ limit: Int, _ name: String) -> String? {
    guard let text else { return nil }
    let cut = JSONLength.cut(text, to: limit)
    if cut != text { marks.insert(name) }
    return cut
  }

  /// The first by name; of two whose names have become one, the first.
  private mutating func cut(_ values: [String: String]?, _ most: Int, _ name: String) -> [String:
    String]?
  {
    guard let values else { return nil }
    if values.count > most { marks.insert(name) }
    var kept: [String: String] = [:]
    for (key, value) in values.sorted(by: { $0.key < $1.key }).prefix(most) {
      guard let key = cut(key, limits.part, name), kept[key] == nil else { continue }
      kept[key] = cut(value, limits.part, name)
    }
    return kept
  }
}

/// How long a text is in JSON, without its quotes.
enum JSONLength {
  /// `text`, or as much of its beginning as fits into `limit` bytes with an ellipsis, cut between characters.
  static func cut(_ text: String, to limit: Int) -> String {
    let mark = "…"
    var length = 0
    /// Behind the last character with which there is room for the mark.
    var end = text.unicodeScalars.startIndex
    for index in text.unicodeScalars.indices {
      length += bytes(text.unicodeScalars[index])
      if length > limit { return String(text.unicodeScalars[..<end]) + mark }
      if length <= limit - mark.utf8.count { end = text.unicodeScalars.index(after: index) }
    }
    return text
  }

  /// As Foundation writes it: what need not be escaped is not.
  private static func bytes(_ scalar: Unicode.Scalar) -> Int {
    switch scalar {
    case "\"", "\\", "\n", "\r", "\t", "\u{8}", "\u{C}": 2
    case ..<" ": 6
    default: scalar.utf8.count
    }
  }
}

extension SubJobCount {
  /// Of the failures, the most frequent first, and of equally frequent ones the one that came first.
  fileprivate var distinctReasons: [Reason] {
    var places: [Reason: Int] = [:]
    var reasons: [Reason] = []
    for failure in failures {
      let reason = Reason(
        errorCode: failure.errorCode, failReason: failure.failReason, count: 0)
      let place = places[reason, default: reasons.count]
      if place == reasons.count {
        places[reason] = place
        reasons.append(reason)
      }
      reasons[place].count += 1
    }
    return reasons.enumerated().sorted { left, right in
      (right.element.count, left.offset) < (left.element.count, right.offset)
    }.map(\.element)
  }
}

extension EventData {
  fileprivate var withoutBody: EventData {
    guard evidence?.body != nil else { return self }
    var data = self
    data.evidence?.body = nil
    data.truncated = ["evidence.body"]
    return data
  }

  /// The data in at most `limit` bytes of JSON; as it is where it fits.
  ///
  /// - Parameter limit: 8192 or more.
  package func trimmed(to limit: Int) throws -> EventData {
    if try json().utf8.count <= limit { return self }
    let bare = withoutBody
    if try bare.json().utf8.count <= limit { return bare }
    var most = Int.max
    for step in EventTrim.steps {
      if let fitting = try bare.cut(to: step, within: limit) {
        // A short answer is worth more than one more failure.
        if let whole = try cut(to: step, within: limit) {
          return try withMoreFailures(than: whole, to: step, below: most, within: limit)
        }
        return try bare.withMoreFailures(than: fitting, to: step, below: most, within: limit)
      }
      most = step.failures
    }
    return bare.cut(to: EventTrim.steps.last)
  }

  /// As many failures as fit beside what a step leaves of all else.
  private func withMoreFailures(
    than fitting: EventData, to step: EventTrim.Limits, below most: Int, within limit: Int
  ) throws -> EventData {
    var (best, step) = (fitting, step)
    var (fits, tooMany) = (step.failures, min(most, subJobs?.failures.count ?? 0))
    while tooMany - fits > 1 {
      step.failures = (fits + tooMany) / 2
      if let more = try cut(to: step, within: limit) {
        (best, fits) = (more, step.failures)
      } else {
        tooMany = step.failures
      }
    }
    return best
  }

  /// Nil: it does not fit.
  private func cut(to step: EventTrim.Limits, within limit: Int) throws -> EventData? {
    let data = cut(to: step)
    return try data.json().utf8.count <= limit ? data : nil
  }

  private func cut(to step: EventTrim.Limits?) -> EventData {
    guard let step else { return self }
    var trim = EventTrim(step)
    return trim.cut(self)
  }
}

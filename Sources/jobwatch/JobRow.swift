import JobWatchCore

/// A job in one line of a table.
struct JobRow {
  let job: Job
  let now: Timestamp
  let retention: RetentionPolicy

  /// How long it took, or has been running.
  var age: String {
    let begin = job.report?.begin?.instant ?? job.hint.beginTime ?? job.submittedAt
    let end = job.report?.end?.instant ?? job.endedAt ?? now
    return max(end - begin, .zero).terse
  }

  var lastSeen: String {
    guard let seen = job.lastSeenAt else { return "never" }
    return Self.isAhead(seen, of: now) ? "?" : max(now - seen, .zero).terse + " ago"
  }

  /// Of something that has happened, by a clock that was ahead and was set right. What is stored while a command looks
  /// is later by less.
  static func isAhead(_ time: Timestamp, of now: Timestamp) -> Bool { time > now + .minutes(1) }

  /// Its age and when it was seen cannot be told.
  private var isAhead: Bool {
    [job.submittedAt, job.lastSeenAt, job.endedAt].compactMap(\.self)
      .contains { Self.isAhead($0, of: now) }
  }

  /// The one thing that a person should know of it beside its state, after what makes its times worthless.
  var note: String {
    [isAhead ? "the clock was ahead" : "", finding].filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private var finding: String {
    if let absence = job.absence {
      return absence.answers == 1 ? "not found once" : "not found \(absence.answers) times"
    }
    if let unknown = job.unknownWord { return "unlisted status \(unknown.word)".onOneLine }
    switch job.state {
    case .failed: return [end, reason, partly].compactMap(\.self).joined(separator: "; ")
    case .succeeded: return partly ?? ""
    case .awaitingPayment:
      return job.expiresAt(under: retention).map {
        let left = min($0 - now, retention.unpaid ?? .zero)
        return "unpaid, deleted in \(max(left, .zero).terse)"
      }
        ?? "unpaid"
    case .lost: return "vanished before its end was seen"
    case .unknown: return "the service never showed it"
    case .lapsed: return "never paid"
    case .registered, .pending, .running:
      return [overdue, partly].compactMap(\.self).joined(separator: "; ")
    case .forgotten: return partly ?? ""
    }
  }

  /// As it was told.
  private var overdue: String? {
    if job.notices.stuckAt != nil { return "stuck" }
    return job.isToldLate ? "late" : nil
  }

  private var reason: String? {
    let parts = [job.report?.errorCode, job.report?.failReason].compactMap(\.self)
      .filter { !$0.isEmpty }
    return parts.isEmpty ? nil : parts.joined(separator: " ").onOneLine
  }

  /// How it ended, where the cloud has another word for it than that it failed.
  private var end: String? {
    guard let word = job.report?.rawStatus, StatusWord(word).isOtherEnd else { return nil }
    return "ended as \(word)".onOneLine
  }

  private var partly: String? {
    let parts = (job.report?.subJobs ?? []).counted
    let failed = parts.count { $0.state == .failed }
    return failed == 0 ? nil : "\(failed) of \(parts.count) sub-jobs failed"
  }
}

extension JobState {
  var colour: Terminal.Colour? {
    switch self {
    case .failed, .lost: .red
    case .lapsed, .unknown, .awaitingPayment: .yellow
    case .succeeded: .green
    case .registered, .pending, .running, .forgotten: nil
    }
  }
}

extension Duration {
  /// `spoken` without blanks, for a table: `4m30s`.
  var terse: String { spoken.replacing(" ", with: "") }
}

import JobWatchConfiguration
import JobWatchCore

/// A job as one line of the table that `list` prints.
struct ListedJob {
  let job: Job
  let now: Timestamp
  let retention: RetentionPolicy

  /// The table, no wider than the terminal.
  static func table(
    _ jobs: [Job], _ configuration: Configuration, at now: Timestamp, on terminal: Terminal
  ) -> [String] {
    var cells = [["JOB", "SERVICE", "ACCOUNT", "TYPE", "STATE", "AGE", "SEEN", "NOTE"]]
    cells += jobs.map { job in
      ListedJob(job: job, now: now, retention: configuration.policies(for: job.key.service).retention).row
    }
    if Set(jobs.map(\.key.account)).count < 2 { cells = TableFit.without(cells, "ACCOUNT") }
    let fit = TableFit(
      shortening: [("NOTE", 12), ("TYPE", 8)], dropping: ["TYPE", "SEEN", "ACCOUNT", "NOTE", "SERVICE", "AGE"])
    let lines = fit.lines(cells, width: terminal.width)
    return zip(lines, [nil] + jobs.map(\.state.colour)).map(terminal.painted)
  }

  private var row: [String] {
    [
      job.key.jobID, job.key.service, job.key.account, (job.jobType ?? "").onOneLine,
      job.state.rawValue, age, lastSeen, note,
    ]
  }

  /// How long it took, or has been running.
  private var age: String {
    let begin = job.report?.begin?.instant ?? job.hint.beginTime ?? job.submittedAt
    let end = job.report?.end?.instant ?? job.endedAt ?? now
    return max(end - begin, .zero).terse
  }

  private var lastSeen: String {
    guard let seen = job.lastSeenAt else { return "never" }
    return seen.isAhead(of: now) ? "?" : max(now - seen, .zero).terse + " ago"
  }

  /// Its age and when it was seen are not known, because the clock was ahead when they were stored.
  private var isAhead: Bool {
    [job.submittedAt, job.lastSeenAt, job.endedAt].compactMap(\.self).contains {
      $0.isAhead(of: now)
    }
  }

  /// The most important fact beside its state, behind a warning where its times are wrong.
  private var note: String {
    Self.list([isAhead ? "the clock was ahead" : nil, finding])
  }

  private static func list(_ parts: [String?]) -> String {
    parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private var finding: String {
    if let absence = job.absence {
      return absence.answers == 1 ? "not found once" : "not found \(absence.answers) times"
    }
    if let unknown = job.unknownWord { return "unlisted status \(unknown.word)".onOneLine }
    switch job.state {
    case .failed: return Self.list([end, job.error?.onOneLine, failedParts])
    case .awaitingPayment: return unpaid
    case .lost: return "vanished before its end was seen"
    case .unknown: return "the service never showed it"
    case .lapsed: return "never paid"
    case .registered, .pending, .running: return Self.list([overdue, failedParts])
    case .succeeded, .forgotten: return failedParts ?? ""
    }
  }

  private var unpaid: String {
    guard let expires = job.expiresAt(under: retention) else { return "unpaid" }
    let left = min(expires - now, retention.unpaid ?? .zero)
    return "unpaid, deleted in \(max(left, .zero).terse)"
  }

  /// The last such event.
  private var overdue: String? {
    if job.notices.stuckAt != nil { return "stuck" }
    return job.isToldLate ? "late" : nil
  }

  /// The cloud's word for its end, where it is not that the job failed.
  private var end: String? {
    guard let word = job.report?.rawStatus, StatusWord(word).isOtherEnd else { return nil }
    return "ended as \(word)".onOneLine
  }

  private var failedParts: String? {
    let parts = (job.report?.subJobs ?? []).counted
    let failed = parts.count { $0.state == .failed }
    return failed == 0 ? nil : "\(failed) of \(parts.count) sub-jobs failed"
  }
}

extension Job {
  /// In the cloud's words.
  var error: String? {
    let parts = [report?.errorCode, report?.failReason].compactMap(\.self).filter { !$0.isEmpty }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
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

extension Timestamp {
  /// Whether the time of a past event was stored by a clock that was ahead. What is stored while a command runs is later
  /// than its `now` by less than a minute.
  func isAhead(of now: Timestamp) -> Bool { self > now + .minutes(1) }
}

extension Duration {
  /// `spoken` without blanks, for a table: `4m30s`.
  var terse: String { spoken.replacing(" ", with: "") }
}

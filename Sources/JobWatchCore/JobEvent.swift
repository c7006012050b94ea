extension EventDraft {
  /// The event that tells `kind` of a job: everything that is known of it at this moment.
  package init(
    _ kind: EventKind, of job: Job, at now: Timestamp, previous: JobState? = nil,
    evidence: Evidence? = nil, under retention: RetentionPolicy
  ) {
    var data = EventData(summary: JobSentence(job: job, kind: kind, now: now, retention: retention).text)
    data.jobID = job.key.jobID
    data.account = job.key.account
    data.service = job.key.service
    data.region = job.region
    data.jobType = job.jobType
    (data.state, data.previous, data.certainty) = (job.state, previous, Certainty(job.state))
    data.labels = job.labels.isEmpty ? nil : job.labels
    data.expiresAt = job.expiresAt(under: retention)
    if let report = job.report { data.take(report, state: job.state) }
    data.requestID = evidence?.requestID
    // The raw answer is not worth its size for a step on the way.
    if !kind.isProgress, let evidence {
      data.evidence = EvidenceText(evidence, receivedAt: now)
      if job.report?.isGuessed == true { data.evidence?.lossy = true }
      if evidence.body.count > EvidenceText.limit { data.truncated = ["evidence.body"] }
    }
    if kind == .jobUnknown {
      data.cure = "check the id; if it belongs to another service or account, submit it again with that one"
    }
    self.init(kind, at: now, data, jobChannels: job.channels)
  }
}

extension Job {
  var title: String {
    let type = jobType.map { " (\($0))" } ?? ""
    return "\(key.service) job \(key.jobID)\(type)"
  }
}

extension EventData {
  fileprivate mutating func take(_ report: JobReport, state: JobState) {
    rawStatus = report.rawStatus.isEmpty ? nil : report.rawStatus
    beginTime = report.begin?.raw
    endTime = report.end?.raw
    errorCode = report.errorCode
    failReason = report.failReason
    entities = report.entities.isEmpty ? nil : report.entities
    guard !report.subJobs.isEmpty else { return }
    let count = SubJobCount(report.subJobs)
    subJobs = count
    if state == .succeeded { partial = report.isPartial(count) }
  }
}

extension JobReport {
  /// Whether a part of a success failed; nil where that is not known, because not all parts were read, or some are
  /// guessed.
  fileprivate func isPartial(_ count: SubJobCount) -> Bool? {
    if isGuessed == true { return nil }
    if count.failed > 0 { return true }
    return entities["sub_jobs_unread"] == nil ? false : nil
  }
}

/// The one sentence for people.
struct JobSentence {
  var job: Job
  var kind: EventKind
  var now: Timestamp
  var retention: RetentionPolicy

  var text: String {
    switch kind {
    case .jobRegistered: "\(subject) is being watched"
    case .jobPending: "\(subject) has been accepted and waits to start"
    case .jobRunning: "\(subject) is running"
    case .jobAwaitingPayment: "\(subject) waits for its order to be paid"
    case .jobSucceeded: "\(subject) succeeded\(took)\(partly)"
    case .jobFailed: "\(subject) \(failed)\(took)\(reason)\(partly)"
    case .jobLost: "\(subject) vanished\(vanished)"
    case .jobFound: "\(subject) was lost and has been sighted again"
    case .jobUnknown: "the service never showed \(subject)"
    case .jobLapsed: "\(subject) was never paid and its record is gone"
    case .jobForgotten: "\(subject) is no longer watched"
    case .jobExpiring: "the cloud deletes the record of \(subject)\(deadline); \(kept)"
    case .jobAtRisk:
      "\(subject) was not seen for \((now - job.lastVouchedAt).spoken): it could end and be deleted unseen"
    case .jobUnrecognised: unrecognised
    default: subject
    }
  }

  private var subject: String { job.title }

  private var unrecognised: String {
    guard !word.isEmpty else { return "\(subject) has no status" }
    let has = "\(subject) has the status \"\(word)\""
    return job.report?.isGuessed == true
      ? "\(has) in a record that is broken JSON, where it is not believed" : "\(has), which is not a known one"
  }

  private var word: String { job.report?.rawStatus ?? "" }

  /// The cloud's own word where that says how the job ended, because `failed` would say too much.
  private var failed: String { StatusWord(word).isOtherEnd ? "ended as \(word)" : "failed" }

  private var vanished: String {
    guard let unknown = job.unknownWord else { return " before its end was seen; it may have succeeded or failed" }
    return "; \(unknown.text)" + (unknown.since.map { ", since \($0)" } ?? "")
  }

  private var took: String {
    guard let begin = job.report?.begin?.instant, let end = job.report?.end?.instant, end >= begin else { return "" }
    return " after \((end - begin).spoken)"
  }

  private var reason: String {
    let parts = [job.report?.errorCode, job.report?.failReason].compactMap(\.self)
      .filter { !$0.isEmpty }
    return parts.isEmpty ? "" : ": " + parts.joined(separator: " ")
  }

  /// A job often has no reason of its own: the first failed part then gives it.
  private var partly: String {
    guard let subJobs = job.report?.subJobs, !subJobs.isEmpty else { return "" }
    let count = SubJobCount(subJobs)
    guard count.failed > 0 else { return "" }
    let first = count.failures.first
    var why = [first?.errorCode, first?.failReason].compactMap(\.self).filter { !$0.isEmpty }
    if why.isEmpty, let word = first?.rawStatus, StatusWord(word).isOtherEnd { why = [word] }
    let told = reason.isEmpty && !why.isEmpty ? " (" + why.joined(separator: " ") + ")" : ""
    return "; \(count.failed) of \(count.total) sub-jobs failed\(told)"
  }

  private var deadline: String {
    job.expiresAt(under: retention).map { " in \(($0 - now).spoken)" } ?? " soon"
  }

  private var kept: String {
    job.state.isConfirmedEnd ? "its end is kept here" : "the order is still unpaid, so its outcome is open"
  }
}

import JobWatchCore

/// What is known of a job, in words: a name and a value per line, and no line for what is not known.
struct JobProperties {
  let details: JobDetails

  private var job: Job { details.job }
  private var now: Timestamp { details.now }
  private var retention: RetentionPolicy { details.retention }

  var lines: [(name: String, value: String)] {
    let all: [(String, String?)] = [
      ("state", state), ("type", job.jobType),
      ("account", "\(job.key.account), region \(job.region)\(project)"),
      ("submitted", past(job.submittedAt)), ("began", job.report?.begin.map(when)),
      ("expected", expected), ("stuck", job.notices.stuckAt.map { "told \(past($0))" }),
      ("ended", ended),
      ("first seen", job.firstSeenAt.map(past)),
      ("last seen", job.lastSeenAt.map(past)), ("end known", job.endedAt.map(past)),
      ("next poll", nextPoll), ("schedule", details.forecast?.sentence), ("missing", missing),
      ("error", job.error),
      ("labels", pairs(job.labels)), ("channels", list(job.channels)),
      ("entities", pairs(job.report?.entities ?? [:])),
      ("task", task), ("progress", progress),
      ("no progress", details.progress?.failure.map { "\($0.cause), \(past($0.at))" }),
      ("unlisted words", list(job.reportedWords)), ("expiry", expiry),
    ]
    return all.compactMap { name, value in value.map { (name, $0.onOneLine) } }
  }

  private var state: String {
    let certainty =
      switch job.state {
      case .succeeded, .failed: "the cloud said so"
      case .lost:
        job.unknownWord.map { "\($0.text); then its record was gone" }
          ?? "its record vanished before its end was seen; it may have succeeded or failed"
      case .lapsed: "it was never paid and its record is gone"
      case .unknown: "the service never showed it: check the id, the service and the account"
      case .forgotten: "taken off the list"
      case .registered: "not seen yet"
      case .pending, .running, .awaitingPayment: "still watched"
      }
    let word = job.report.map { $0.rawStatus.isEmpty ? "no status" : $0.rawStatus }
    return job.state.rawValue + (word.map { " (\($0))" } ?? "") + ", " + certainty
  }

  private var project: String {
    job.projectID.isEmpty ? ", its project is looked up" : ", project \(job.projectID)"
  }

  private var expected: String? {
    guard let within = job.hint.expectWithin, let by = job.expectedBy else { return nil }
    let told = job.isToldLate ? "; told to be late" : ""
    return "to end within \(within.spoken), by \(when(by))" + told
  }

  private var ended: String? {
    guard let end = job.report?.end else { return nil }
    guard let begin = job.report?.begin?.instant, let instant = end.instant, instant >= begin
    else { return when(end) }
    return when(end) + ", after \((instant - begin).spoken)"
  }

  private var nextPoll: String? {
    let pauses = job.state.isFinal ? [] : details.pauses.on(job.key.endpoint)
    return pauses.isEmpty
      ? details.forecast.map { when($0.nextPoll) } : pauses.map(\.sentence).joined(separator: "; ")
  }

  private var missing: String? {
    job.absence.map { "\($0.answers) times \"no such job\" since \($0.since), not believed yet" }
  }

  private var task: String? {
    job.hint.instanceID.map { instance in
      (job.hint.taskID.map { "\($0) of " } ?? "") + "instance \(instance)"
    }
  }

  private var progress: String? {
    guard let report = details.progress, let progress = report.progress, let asOf = report.asOf
    else { return nil }
    let percent = progress.percent.map { $0.rounded() == $0 ? "\(Int($0)) %" : "\($0) %" }
    // As of the same time.
    let left = progress.remaining.flatMap { seconds in
      seconds > 0 && !job.state.isFinal ? "about \(Duration.seconds(seconds).spoken) left" : nil
    }
    return list([percent, left, "as of \(past(asOf))"].compactMap(\.self))
  }

  private var expiry: String? {
    let kept = job.state.isConfirmedEnd ? "its end is kept here" : "its end is not known yet"
    if let expires = job.expiresAt(under: retention) {
      let window = job.state.isFinal ? retention.finished : retention.unpaid
      if let window, (expires - window).isAhead(of: now) {
        return "the cloud deletes its record in \(window.spoken) at the latest "
          + "(the clock was ahead then); \(kept)"
      }
      return expires > now
        ? "the cloud deletes its record \(when(expires)); \(kept)"
        : "the cloud has deleted its record by now; \(kept)"
    }
    guard !job.state.isFinal, let window = retention.finished else { return nil }
    return "should it end now, the cloud keeps its record for \(window.spoken)"
  }

  /// A time at which something has happened.
  private func past(_ time: Timestamp) -> String {
    time.isAhead(of: now) ? "\(time) (the clock was ahead then)" : when(min(time, now))
  }

  /// A time with its distance from now.
  private func when(_ time: Timestamp) -> String {
    let distance = time - now
    return distance > .zero
      ? "\(time) (in \(distance.spoken))" : "\(time) (\((now - time).spoken) ago)"
  }

  /// A time of the cloud; one that cannot be read stays as the cloud wrote it.
  private func when(_ time: CloudTime) -> String { time.instant.map(when) ?? time.raw }

  private func pairs(_ values: [String: String]) -> String? {
    list(values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
  }

  private func list(_ values: [String]) -> String? {
    values.isEmpty ? nil : values.joined(separator: ", ")
  }
}

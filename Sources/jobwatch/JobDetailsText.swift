import Foundation
import JobWatchCore
import JobWatchStore

/// The details of a job for people, no wider than the terminal.
struct JobDetailsText {
  let details: JobDetails
  let terminal: Terminal
  /// Whether the last kept answer is printed, or only mentioned.
  let hasEvidence: Bool

  private var job: Job { details.job }
  private var now: Timestamp { details.now }

  var lines: [String] {
    let title = terminal.painted("\(job.key.service) job \(job.key.jobID)", job.state.colour)
    return [title, TextTable(rows: properties).text]
      + section("Sub-jobs", subJobs, TableFit(shortening: [("ENTITIES", 12), ("ERROR", 16)]))
      + section("Steps", steps, TableFit(shortening: [("DETAIL", 16), ("STEP", 16)], dropping: ["BEGAN", "DETAIL"]))
      + section("Transitions", transitions, TableFit())
      + section(
        "Messages", messages,
        TableFit(shortening: [("LAST ERROR", 12)], dropping: ["SEQ", "ATTEMPTS", "NEXT TRY"]))
      + evidence
  }

  /// Nothing for a table without rows.
  private func section(_ title: String, _ rows: [[String]], _ fit: TableFit) -> [String] {
    guard rows.count > 1 else { return [] }
    return ["", title] + terminal.indented(rows.map { $0.map(\.onOneLine) }, fit)
  }

  /// Failed ones first.
  private var subJobs: [[String]] {
    let all = job.report?.subJobs ?? []
    let ordered = all.filter { $0.state == .failed } + all.filter { $0.state != .failed }
    return [["JOB", "TYPE", "STATUS", "TOOK", "ERROR", "ENTITIES"]]
      + ordered.map { sub in
        let error = [sub.errorCode, sub.failReason].compactMap(\.self).joined(separator: " ")
        return [
          sub.jobID ?? "", sub.jobType ?? "", sub.rawStatus, took(sub.begin, sub.end), error,
          Self.pairs(sub.entities).joined(separator: " "),
        ]
      }
  }

  private func took(_ begin: CloudTime?, _ end: CloudTime?) -> String {
    guard let begin = begin?.instant, let end = end?.instant else { return "" }
    return max(end - begin, .zero).terse
  }

  /// The steps of the job's task, each followed by its parts.
  private var steps: [[String]] {
    let steps = details.progress?.progress?.steps ?? []
    return [["STEP", "STATUS", "BEGAN", "TOOK", "ERROR", "DETAIL"]]
      + steps.flatMap { step in [row(step, "")] + step.parts.map { row($0, "  ") } }
  }

  private func row(_ step: TaskProgress.Step, _ indent: String) -> [String] {
    let began = step.begin.map { $0.instant?.description ?? $0.raw }
    return [
      indent + (step.name ?? step.id ?? ""), step.status, began ?? "", took(step.begin, step.end),
      step.errorCode ?? "", step.detail ?? "",
    ]
  }

  /// The changes of state, each with the time that the state before it lasted.
  private var transitions: [[String]] {
    let changes = details.transitions.map(\.transition)
    return [["TIME", "FROM", "TO", "AFTER", "STATUS"]]
      + zip(changes, [job.registeredAt] + changes.map(\.at)).map { change, since in
        [
          "\(change.at)", change.from.rawValue, change.to.rawValue,
          max(change.at - since, .zero).terse, change.rawStatus ?? "",
        ]
      }
  }

  private var messages: [[String]] {
    [["SEQ", "EVENT", "CHANNEL", "STATE", "ATTEMPTS", "NEXT TRY", "WEBHOOK-ID", "LAST ERROR"]]
      + details.messages.map { message in
        [
          "\(message.seq)", message.kind, message.channel,
          message.state.replacing("_", with: " "), "\(message.attempts)", nextTry(message),
          message.eventID, message.lastError ?? "",
        ]
      }
  }

  private func nextTry(_ message: MessageTable.Status) -> String {
    guard message.settledAt == nil else { return "" }
    let due = message.due.bounded(at: now).at
    let ahead = message.due.isAhead(at: now) ? " (the clock was ahead)" : ""
    return (due > now ? "in " + (due - now).terse : "now") + ahead
  }

  private var evidence: [String] {
    guard let (evidence, receivedAt) = details.lastEvidence else { return [] }
    let id = evidence.requestID.map { ", request id \($0)" } ?? ""
    let size = "HTTP \(evidence.httpStatus), \(evidence.body.count) bytes"
    let title = "Evidence: the cloud's answer of \(receivedAt) (\(size)\(id)) is kept".onOneLine
    guard hasEvidence else { return ["", title + "; --evidence shows it"] }
    let legible = LegibleText(evidence.body)
    let note = legible.isExact ? "" : "; it is not UTF-8 and shown as far as it can be read, --json has its bytes"
    return ["", title + note, Self.pretty(legible.text)]
  }

  /// JSON is indented, other text stays as it is. Control characters are removed.
  private static func pretty(_ body: String) -> String {
    var text = body
    if let object = try? JSONSerialization.jsonObject(with: Data(body.utf8), options: .fragmentsAllowed),
      let pretty = try? JSONSerialization.data(
        withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed])
    {
      text = String(decoding: pretty, as: UTF8.self)
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).onOneLine }.joined(separator: "\n")
  }

  /// What is known of the job: a name and a value per row, and no row for what is not known.
  private var properties: [[String]] {
    let all: [(String, String?)] = [
      ("state", state), ("type", job.jobType),
      ("account", "\(job.key.account), region \(job.region)\(project)"),
      ("submitted", past(job.submittedAt)), ("began", job.report?.begin.map(when)),
      ("expected", expected), ("stuck", job.notices.stuckAt.map { "told \(past($0))" }),
      ("ended", ended), ("first seen", job.firstSeenAt.map(past)),
      ("last seen", job.lastSeenAt.map(past)), ("end known", job.endedAt.map(past)),
      ("next poll", nextPoll), ("schedule", details.forecast?.sentence), ("missing", missing),
      ("error", job.error), ("labels", list(Self.pairs(job.labels))),
      ("channels", list(job.channels)),
      ("entities", list(Self.pairs(job.report?.entities ?? [:]))), ("task", task),
      ("progress", progress),
      ("no progress", details.progress?.failure.map { "\($0.cause), \(past($0.at))" }),
      ("unlisted words", list(job.reportedWords)), ("expiry", expiry),
    ]
    return all.compactMap { name, value in value.map { ["  " + name, $0.onOneLine] } }
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

  private var project: String { job.projectID.isEmpty ? ", its project is looked up" : ", project \(job.projectID)" }

  private var expected: String? {
    guard let within = job.hint.expectWithin, let by = job.expectedBy else { return nil }
    let told = job.isToldLate ? "; told to be late" : ""
    return "to end within \(within.spoken), by \(when(by))" + told
  }

  private var ended: String? {
    guard let end = job.report?.end else { return nil }
    guard let begin = job.report?.begin?.instant, let instant = end.instant, instant >= begin else { return when(end) }
    return when(end) + ", after \((instant - begin).spoken)"
  }

  private var nextPoll: String? {
    let pauses = job.state.isFinal ? [] : details.pauses.on(job.key.endpoint)
    return pauses.isEmpty ? details.forecast.map { when($0.nextPoll) } : pauses.map(\.sentence).joined(separator: "; ")
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
    guard let report = details.progress, let progress = report.progress, let asOf = report.asOf else { return nil }
    let percent = progress.percent.map { $0.rounded() == $0 ? "\(Int($0)) %" : "\($0) %" }
    // As of the same time.
    let left = progress.remaining.flatMap { seconds in
      seconds > 0 && !job.state.isFinal ? "about \(Duration.seconds(seconds).spoken) left" : nil
    }
    return list([percent, left, "as of \(past(asOf))"].compactMap(\.self))
  }

  private var expiry: String? {
    let kept = job.state.isConfirmedEnd ? "its end is kept here" : "its end is not known yet"
    guard let expires = job.expiresAt(under: details.retention) else {
      guard !job.state.isFinal, let window = details.retention.finished else { return nil }
      return "should it end now, the cloud keeps its record for \(window.spoken)"
    }
    let window = job.state.isFinal ? details.retention.finished : details.retention.unpaid
    if let window, (expires - window).isAhead(of: now) {
      return "the cloud deletes its record in \(window.spoken) at the latest " + "(the clock was ahead then); \(kept)"
    }
    return expires > now
      ? "the cloud deletes its record \(when(expires)); \(kept)" : "the cloud has deleted its record by now; \(kept)"
  }

  /// A time at which something has happened.
  private func past(_ time: Timestamp) -> String {
    time.isAhead(of: now) ? "\(time) (the clock was ahead then)" : when(min(time, now))
  }

  private func when(_ time: Timestamp) -> String {
    let distance = time - now
    return distance > .zero ? "\(time) (in \(distance.spoken))" : "\(time) (\((now - time).spoken) ago)"
  }

  /// A time of the cloud; one that cannot be read stays as the cloud wrote it.
  private func when(_ time: CloudTime) -> String { time.instant.map(when) ?? time.raw }

  private static func pairs(_ values: [String: String]) -> [String] {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  private func list(_ values: [String]) -> String? { values.isEmpty ? nil : values.joined(separator: ", ") }
}

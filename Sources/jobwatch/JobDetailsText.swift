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
    let rows = JobProperties(details: details).lines.map { ["  " + $0.name, $0.value] }
    let title = terminal.painted("\(job.key.service) job \(job.key.jobID)", job.state.colour)
    return [title, TextTable(rows: rows).text]
      + section("Sub-jobs", subJobs, TableFit(shortening: [("ENTITIES", 12), ("ERROR", 16)]))
      + section(
        "Steps", steps,
        TableFit(shortening: [("DETAIL", 16), ("STEP", 16)], dropping: ["BEGAN", "DETAIL"]))
      + section("Transitions", transitions, TableFit())
      + section(
        "Messages", messages,
        TableFit(shortening: [("LAST ERROR", 12)], dropping: ["SEQ", "ATTEMPTS", "NEXT TRY"]))
      + evidence
  }

  /// Nothing where the table has no row below its heading.
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
        let entities = sub.entities.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [
          sub.jobID ?? "", sub.jobType ?? "", sub.rawStatus, Self.took(sub.begin, sub.end), error,
          entities.joined(separator: " "),
        ]
      }
  }

  private static func took(_ begin: CloudTime?, _ end: CloudTime?) -> String {
    guard let begin = begin?.instant, let end = end?.instant else { return "" }
    return max(end - begin, .zero).terse
  }

  /// The steps of the job's task, each followed by its parts.
  private var steps: [[String]] {
    let steps = details.progress?.progress?.steps ?? []
    return [["STEP", "STATUS", "BEGAN", "TOOK", "ERROR", "DETAIL"]]
      + steps.flatMap { step in [Self.row(step, "")] + step.parts.map { Self.row($0, "  ") } }
  }

  private static func row(_ step: TaskProgress.Step, _ indent: String) -> [String] {
    let began = step.begin.map { $0.instant?.description ?? $0.raw }
    return [
      indent + (step.name ?? step.id ?? ""), step.status, began ?? "", took(step.begin, step.end),
      step.errorCode ?? "", step.detail ?? "",
    ]
  }

  /// The changes of state, each with the time that the state before it lasted.
  private var transitions: [[String]] {
    var since = job.registeredAt
    var rows = [["TIME", "FROM", "TO", "AFTER", "STATUS"]]
    for past in details.transitions {
      let transition = past.transition
      rows.append([
        "\(transition.at)", transition.from.rawValue, transition.to.rawValue,
        max(transition.at - since, .zero).terse, transition.rawStatus ?? "",
      ])
      since = transition.at
    }
    return rows
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
    let title = "the cloud's answer of \(receivedAt) (\(size)\(id)) is kept"
    guard hasEvidence else {
      return ["", "Evidence: " + title.onOneLine + "; --evidence shows it"]
    }
    let legible = LegibleText(evidence.body)
    let note =
      legible.isExact
      ? "" : "; it is not UTF-8 and shown as far as it can be read, --json has its bytes"
    return ["", "Evidence: " + title.onOneLine + note, Self.pretty(legible.text)]
  }

  /// JSON is indented, other text stays as it is. Control characters are removed.
  private static func pretty(_ body: String) -> String {
    let data = Data(body.utf8)
    var text = body
    if let object = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed),
      let pretty = try? JSONSerialization.data(
        withJSONObject: object,
        options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed])
    {
      text = String(decoding: pretty, as: UTF8.self)
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).onOneLine }.joined(separator: "\n")
  }
}

import Foundation
import JobWatchCore
import JobWatchStore

/// A dossier for people.
struct JobDetailsText {
  let dossier: JobDetails
  let now: Timestamp
  let retention: RetentionPolicy
  let terminal: Terminal
  /// Whether the last kept answer is printed, or only mentioned.
  let hasEvidence: Bool

  var lines: [String] {
    let job = dossier.job
    let facts = JobTable(dossier: dossier, now: now, retention: retention).lines
    let table = TextTable(rows: facts.map { ["  " + $0.name, $0.value] }).text
    return [terminal.painted("\(job.key.service) job \(job.key.jobID)", job.state.colour), table]
      + section("Sub-jobs", subJobs, TableFit(shortening: [("ENTITIES", 12), ("ERROR", 16)]))
      + section("Steps", TaskSteps(dossier.progress?.progress).rows, TaskSteps.fit)
      + section("Transitions", transitions, TableFit(shortening: []))
      + section(
        "Messages", messages,
        TableFit(shortening: [("LAST ERROR", 12)], dropping: ["SEQ", "ATTEMPTS", "NEXT TRY"]))
      + evidence
  }

  /// Nothing where the table has no row below its heading.
  private func section(_ title: String, _ rows: [[String]], _ fit: TableFit) -> [String] {
    guard rows.count > 1 else { return [] }
    let plain = rows.map { $0.map(\.onOneLine) }
    let width = terminal.width.map { $0 - Self.indent.count }
    return ["", title] + fit.lines(plain, width: width).map { Self.indent + $0 }
  }

  private static let indent = "  "

  /// Failed ones first.
  private var subJobs: [[String]] {
    let all = dossier.job.report?.subJobs ?? []
    let ordered = all.filter { $0.state == .failed } + all.filter { $0.state != .failed }
    return [["JOB", "TYPE", "STATUS", "TOOK", "ERROR", "ENTITIES"]]
      + ordered.map { sub in
        let took = sub.begin?.instant.flatMap { begin in
          sub.end?.instant.map { max($0 - begin, .zero).terse }
        }
        let error = [sub.errorCode, sub.failReason].compactMap(\.self).joined(separator: " ")
        let entities = sub.entities.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [
          sub.jobID ?? "", sub.jobType ?? "", sub.rawStatus, took ?? "", error,
          entities.joined(separator: " "),
        ]
      }
  }

  /// Each with the time that the state before it lasted.
  private var transitions: [[String]] {
    var since = dossier.job.registeredAt
    var rows = [["TIME", "FROM", "TO", "AFTER", "STATUS"]]
    for past in dossier.transitions {
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
      + dossier.messages.map { message in
        [
          "\(message.seq)", message.kind, message.channel,
          message.state.replacing("_", with: " "), "\(message.attempts)", nextTry(message),
          message.eventID, message.lastError ?? "",
        ]
      }
  }

  private func nextTry(_ message: Transaction.MessageStatus) -> String {
    guard message.settledAt == nil else { return "" }
    let due = message.due.bounded(at: now).at
    let ahead = message.due.isAhead(at: now) ? " (the clock was ahead)" : ""
    return (due > now ? "in " + (due - now).terse : "now") + ahead
  }

  private var evidence: [String] {
    guard let (evidence, receivedAt) = dossier.lastEvidence else { return [] }
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

  /// Indented JSON; as it is when it is not JSON. Nothing in it commands the terminal.
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

import Foundation
import JobWatchCore
import SimulatedCloud

/// The output of the demo: coloured on a terminal, plain lines in a pipe.
struct Screen: Sendable {
  private enum Colour: String {
    case red = "31", green = "32", yellow = "33", dim = "2", bold = "1"
  }

  private let isColoured: Bool

  init() {
    isColoured =
      isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
  }

  func opening(_ files: DemoFiles) {
    put(
      """
      \(paint("jobwatch demo", .bold)): a simulated cloud, the real daemon, and a webhook receiver of the people on call.
      Nine jobs begin on the cloud; their ids go into the spool, and jobwatch follows each to its end.
      Time is compressed: this cloud deletes a finished job's record after 14 s instead of 1 day, an unpaid
      one after 16 s instead of 14 days. The receiver is down at first. It takes about half a minute.

      \(paint("  time  what      job        what jobwatch says", .dim))
      """)
  }

  func submitted(_ part: Script.Part, at time: Duration) {
    line(
      time, "submit", part.name,
      "\(part.job.service.rawValue) \(part.job.jobType) \(part.job.jobID)", .dim)
  }

  func event(_ event: WebhookEvent, at time: Duration) {
    let kind = EventKind(rawValue: event.type)
    // The line of its submission says that it is watched.
    guard kind != .jobRegistered else { return }
    // The label names the job on this screen; the id would only fill the line.
    let text = event.data.jobID.map { id in
      event.data.summary.replacing(id, with: "…" + id.suffix(6))
    }
    line(
      time, short(event.type), event.data.labels?["name"] ?? "", text ?? event.data.summary,
      colour(kind))
  }

  func oncall(_ event: WebhookEvent, _ delivery: WebhookDelivery, at time: Duration) {
    let signature = delivery.verification == .verified ? "signature verified" : "signature WRONG"
    let text =
      delivery.isAccepted
      ? "on call told: \(event.type), \(signature)"
      : "on call not reached: the receiver answers \(delivery.status ?? 0); it will be tried again"
    line(
      time, "webhook", event.data.labels?["name"] ?? "", text, delivery.isAccepted ? .bold : .yellow
    )
  }

  func failure(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  func closing(_ summary: String, _ files: DemoFiles) {
    put("\n" + summary + "\n")
    put(
      """
      The files are in \(files.root): jobwatch.yaml, the database state/jobwatch.db, log/status.log.
      Try on them:
        swift run jobwatch list --all --config \(files.configuration)
        swift run jobwatch show \(Script.parts[5].job.jobID) --config \(files.configuration)
        swift run jobwatch log --event job.failed --config \(files.configuration)
      """)
  }

  private func line(
    _ time: Duration, _ what: String, _ name: String, _ text: String, _ colour: Colour
  ) {
    let clock = pad(String(format: "%.1f s", time.seconds), to: -6)
    put("\(paint(clock, .dim))  \(paint(pad(what, to: 9), colour)) \(pad(name, to: 10)) \(text)")
  }

  /// Unbuffered: in a pipe, too, a line appears when it happens.
  private func put(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  private func short(_ type: String) -> String {
    if type == EventKind.jobAwaitingPayment.rawValue { return "unpaid" }
    return type.split(separator: ".").last.map { String($0).replacing("_", with: " ") } ?? type
  }

  private func colour(_ kind: EventKind?) -> Colour {
    switch kind?.severity {
    case .error: .red
    case .warning: .yellow
    default: kind == .jobSucceeded ? .green : .dim
    }
  }

  private func pad(_ text: String, to width: Int) -> String {
    let blanks = String(repeating: " ", count: max(abs(width) - text.count, 0))
    return width < 0 ? blanks + text : text + blanks
  }

  private func paint(_ text: String, _ colour: Colour) -> String {
    isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}

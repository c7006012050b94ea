import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud

/// The output of the demo: coloured on a terminal, plain lines in a pipe.
struct Screen: Sendable {
  private enum Colour: String {
    case red = "31", green = "32", yellow = "33", dim = "2", bold = "1"
  }

  private let isColoured = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

  func opening() {
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
    line(time, "submit", part.name, "\(part.job.service.name) \(part.job.jobType) \(part.job.jobID)", .dim)
  }

  func event(_ event: WebhookEvent, at time: Duration) {
    let kind = EventKind(rawValue: event.type)
    // The line of its submission says that it is watched.
    guard kind != .jobRegistered else { return }
    // The label names the job on this screen; the id would only fill the line.
    let text = event.data.jobID.map { id in
      event.data.summary.replacing(id, with: "…" + id.suffix(6))
    }
    let what = event.type.split(separator: ".").last.map {
      String($0).replacing("_", with: " ")
    }
    let colour: Colour =
      switch kind?.severity {
      case .error: .red
      case .warning: .yellow
      default: kind == .jobSucceeded ? .green : .dim
      }
    line(
      time, kind == .jobAwaitingPayment ? "unpaid" : what ?? event.type,
      event.data.labels?["name"] ?? "", text ?? event.data.summary, colour)
  }

  func oncall(_ event: WebhookEvent, _ delivery: WebhookDelivery, at time: Duration) {
    let signature = delivery.verification == .verified ? "signature verified" : "signature WRONG"
    let text =
      delivery.isAccepted
      ? "on call told: \(event.type), \(signature)"
      : "on call not reached: the receiver answers \(delivery.status ?? 0); it will be tried again"
    line(time, "webhook", event.data.labels?["name"] ?? "", text, delivery.isAccepted ? .bold : .yellow)
  }

  func closing(_ summary: [(name: String, value: String)], root: String) {
    let rows = summary.map { pad($0.name, to: 20) + $0.value }.joined(separator: "\n")
    put(
      """

      \(rows)

      The files are in \(root): jobwatch.yaml, the database state/jobwatch.db, log/status.log.
      Try on them:
        swift run jobwatch list --all --config \(root)/jobwatch.yaml
        swift run jobwatch show \(Script.parts[5].job.jobID) --config \(root)/jobwatch.yaml
        swift run jobwatch log --event job.failed --config \(root)/jobwatch.yaml
      """)
  }

  private func line(_ time: Duration, _ what: String, _ name: String, _ text: String, _ colour: Colour) {
    let clock = String(format: "%4.1f s", time.seconds)
    put("\(paint(clock, .dim))  \(paint(pad(what, to: 9), colour)) \(pad(name, to: 10)) \(text)")
  }

  /// Unbuffered: in a pipe, too, a line appears when it happens.
  private func put(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  private func pad(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }

  private func paint(_ text: String, _ colour: Colour) -> String {
    isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}

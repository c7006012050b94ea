import JobWatchCore
import JobWatchFiles

/// Bytes at the end of the status log that were not its own, and what became of them.
struct LogDamage: Sendable {
  var path: String
  /// Lines are missing before it.
  var isBroken: Bool
  /// Where the bytes are now, or why they could not be set aside.
  var outcome: Result<String, FileFailure>

  func event(at now: Timestamp) -> EventDraft {
    var data = EventData(summary: "")
    switch outcome {
    case .success(let aside):
      data.summary =
        isBroken
        ? "the status log was damaged; its lines from the damage on are now in \(aside), and are written anew"
        : "the status log ended with bytes that jobwatch did not write; they are now in \(aside)"
      data.file = aside
      data.cure = "look at \(aside); keep it until you know what it is"
    case .failure(let failure):
      data.summary =
        isBroken
        ? "the status log was damaged; its lines from the damage on stay in it, and are written once more behind them"
        : "the status log ended with bytes that jobwatch did not write; they stay in it, and readers pass them over"
      data.file = path
      data.cure = "they could not be set aside, because \(failure)"
    }
    data.cause = "a power cut damaged the log's end, or another program wrote to it"
    return EventDraft(.daemonRepaired, at: now, data)
  }
}

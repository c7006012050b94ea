import JobWatchCore
import Testing

@Suite struct `A status word by itself` {
  /// In one spelling each; the others follow.
  private static let ends = [
    "Canceled", "CANCELLED", "Cancel_Success", "CancelSucceeded", "CANCEL_COMPLETED",
    "Rolled back", "ROLLED_BACK", "RollbackSuccess", "ROLLBACKED", "Rollback_Fail",
    "RollbackFailed", "ROLLBACK_COMPLETE", "TIMEOUT", "TIMED_OUT", "Timed-out", "JOB_TIMEOUT",
    "RunTimeout", "Terminated", "TERMINATE_SUCCESS", "ABORTED", "Abort_Done", "EXPIRED",
    "Rollback_Error", "CANCELLATION_COMPLETE", "CANCEL_OK", "Revoked", "REVERTED",
    "Canceled by user", "PARTIALLY_CANCELED", "FAILED_ROLLED_BACK", "TimeoutFailed",
  ]
  private static let running = [
    "Canceling", "CANCELLING", "Rollbacking", "ROLLING_BACK", "Terminating", "ABORTING",
    "CANCEL_IN_PROGRESS", "Rollback running", "TIMEOUT_CANCELING",
  ]
  private static let pending = ["Pending", "PENDING", "Unauthorized", "UN_AUTHORIZED"]
  private static let unknown = [
    "", " ", "_-", "NotCanceled", "NOT_CANCELED", "UNCANCELED", "UNEXPIRED", "ToBeCanceled",
    "WaitingTimeout", "CancelFailed", "CANCEL_FAIL", "CanceledFailed", "TerminateFail",
    "CancelTimeout", "TIMEOUT_RETRYING", "Cancel", "ROLLBACK", "Abort", "FROZEN", "PAUSED",
    "Cancelable", "NotCanceling", "NOT_REVOKED", "Reverting",
    "CANCELLATION", "ToBeReverted", "CancelError", "RUNNING", "SUCCESS",
    String(repeating: "Canceled", count: 10),
  ]

  /// The same word as others would spell it.
  private static func spellings(_ word: String) -> [String] {
    let plain = word.filter { $0 != "_" && $0 != "-" && $0 != " " }
    return [
      word, word.lowercased(), word.uppercased(), plain,
      plain.map(String.init).joined(separator: "_"),
      " \(word)\n", word.replacing("_", with: "-"), word.replacing("_", with: " "),
    ]
  }

  private static let table: [(word: String, state: JobState?)] =
    ends.map { ($0, .failed) } + running.map { ($0, .running) } + pending.map { ($0, .pending) }
    + unknown.map { ($0, nil) }

  @Test(arguments: table)
  func `says that a job is over, or under way, or nothing`(word: String, state: JobState?) {
    for spelling in Self.spellings(word) {
      #expect(StatusWord(spelling).state == state, "\(spelling)")
      #expect(StatusWord(spelling).isOtherEnd == (state == .failed), "\(spelling)")
    }
  }

  @Test func `of a failure is no other end`() {
    for word in ["FAIL", "Failed", "FAILED", "ERROR", ""] {
      #expect(!StatusWord(word).isOtherEnd)
    }
  }
}

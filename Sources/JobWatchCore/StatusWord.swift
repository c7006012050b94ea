/// A status word of a cloud in any spelling: `WAITING_EXECUTE`, `WaitingExecute` and `waiting execute` are one word.
///
/// Some words say in any service that a job has ended, neither well nor by a failure of its own: canceled, rolled back,
/// timed out, terminated, aborted, expired. It is told as failed, with the word. As an unknown word it would be polled
/// until its record is deleted, and then be told as lost. A word that can be read in two ways stays unknown, because a
/// wrong end would end the watch:
///
/// - `Canceling`, `RollingBack`, `CANCEL_IN_PROGRESS`: at work.
/// - `CancelFailed`, `TerminateTimeout`: unknown. The job goes on, in a way that the word does not say.
/// - `RollbackFailed`: an end. A rollback is the last thing that a failed job does, well or badly.
/// - `NotCanceled`, `ToBeCanceled`, `TIMEOUT_RETRYING`, and `Cancel` and `Rollback` alone: unknown.
package struct StatusWord: Hashable, Sendable {
  /// In small letters, without blanks, `_` and `-`.
  package let form: String

  /// A longer text is no word.
  private static let lengthLimit = 64

  package init(_ raw: String) {
    form = String(
      raw.unicodeScalars.filter { $0 != "_" && $0 != "-" && !$0.properties.isWhitespace }
        .map(Character.init)
    ).lowercased()
  }

  /// What the word means in any service; nil for one that only its service can explain.
  package var state: JobState? {
    if form.utf8.count > Self.lengthLimit { return nil }
    if form == "pending" || form == "unauthorized" { return .pending }
    if says(Self.beingUndone) { return .running }
    return says(Self.undone) ? .failed : nil
  }

  /// The job has ended, neither well nor by a failure of its own.
  package var isOtherEnd: Bool { state == .failed }

  private static let stems = ["cancel", "rollback", "terminate", "abort"]

  private static let beingUndone =
    [
      "canceling", "cancelling", "rollingback", "rollbacking", "terminating", "aborting",
    ]
    + stems.flatMap { stem in
      ["inprogress", "running", "executing", "processing"].map { stem + $0 }
    }

  private static let undone =
    [
      "canceled", "cancelled", "rolledback", "rollbacked", "rollbackfail", "rollbackerror",
      "revoked", "reverted", "cancellationcomplete", "cancelok", "timedout", "timeout",
      "terminated", "aborted", "expired",
    ] + stems.flatMap { stem in ["succe", "complete", "finish", "done"].map { stem + $0 } }

  /// In front of such a word, these deny it, or put it off.
  private static let denials = [
    "not", "tobe", "willbe", "waiting", "waitingfor", "pending", "before", "never", "cancel",
    "terminate", "abort",
  ]
  private static let wholeDenials = ["un", "non", "no"]
  /// Behind it, these do.
  private static let reversals = ["retry", "waiting", "pending", "fail"]

  private func says(_ words: [String]) -> Bool {
    words.contains { word in
      // `firstRange` makes a table for each search, which takes longer than all else that a poll does.
      guard let place = form.utf8.indices.first(where: { form.utf8[$0...].starts(with: word.utf8) }) else {
        return false
      }
      let (before, after) = (form[..<place], form[place...].dropFirst(word.count))
      if Self.denials.contains(where: before.hasSuffix) { return false }
      if Self.wholeDenials.contains(where: { before == $0 }) { return false }
      let isOutcome = word.hasPrefix("roll") || word.hasPrefix("time")
      return !Self.reversals.contains { after.hasPrefix($0) && !(isOutcome && $0 == "fail") }
    }
  }
}

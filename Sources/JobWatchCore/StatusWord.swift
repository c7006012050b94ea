/// A status word of a cloud, compared as the clouds spell: `WAITING_EXECUTE`, `WaitingExecute` and
/// `waiting execute` are one word, and the same service writes several.
///
/// Some words say by themselves what they mean, in any service and whether or not its page lists them. A job that is
/// canceled, rolled back, timed out, terminated, aborted or expired has ended: it neither succeeded nor, as far as
/// the word goes, failed of itself, and no more is to come. Taken for unknown, such a job would be asked for until its
/// record is deleted, and then be told as lost. It is told as failed, with the word, and without a guess at the reason.
///
/// Only forms that say that it is over are taken; what is under way and what failed to be done is not:
///
/// - `Canceling`, `RollingBack`, `CANCEL_IN_PROGRESS`: at work.
/// - `CancelFailed`, `TerminateTimeout`: a job that could not be canceled goes on, in a way that the word does not say:
///   unknown.
/// - `RollbackFailed`: an end. A rollback is the last thing that a failed job does, well or badly.
/// - `NotCanceled`, `ToBeCanceled`, `TIMEOUT_RETRYING`, and `Cancel` and `Rollback` alone: unknown.
///
/// An unknown word costs a warning and some calls; a word that is taken for an end ends the watch. So what may be read in
/// two ways stays unknown.
package struct StatusWord: Hashable, Sendable {
  /// In small letters, without blanks, `_` and `-`.
  package let form: String

  /// What is longer is no word.
  private static let lengthLimit = 64

  package init(_ raw: String) {
    form = String(
      raw.unicodeScalars.filter { $0 != "_" && $0 != "-" && !$0.properties.isWhitespace }
        .map(Character.init)
    ).lowercased()
  }

  /// What the word says by itself; nil for one that only its service can explain.
  package var state: JobState? {
    guard !form.isEmpty, form.utf8.count <= Self.lengthLimit else { return nil }
    if form == "pending" || form == "unauthorized" { return .pending }
    if says(Self.beingUndone) { return .running }
    return isOtherEnd ? .failed : nil
  }

  /// The job has ended, neither well nor by a failure of its own.
  package var isOtherEnd: Bool {
    guard !form.isEmpty, form.utf8.count <= Self.lengthLimit, !says(Self.beingUndone) else {
      return false
    }
    return says(Self.undone)
  }

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
    ]
    + stems.flatMap { stem in ["succe", "complete", "finish", "done"].map { stem + $0 } }

  /// Before one of the words these take it back, or put it off.
  private static let denials = [
    "not", "tobe", "willbe", "waiting", "waitingfor", "pending", "before", "never", "cancel",
    "terminate", "abort",
  ]
  private static let wholeDenials = ["un", "non", "no"]
  /// And behind it.
  private static let reversals = ["retry", "waiting", "pending", "fail"]

  private func says(_ words: [String]) -> Bool {
    words.contains { word in
      guard let place = form.firstRange(of: word) else { return false }
      let (before, after) = (form[..<place.lowerBound], form[place.upperBound...])
      if Self.denials.contains(where: before.hasSuffix) { return false }
      if Self.wholeDenials.contains(where: { before == $0 }) { return false }
      let isOutcome = word.hasPrefix("roll") || word.hasPrefix("time")
      return !Self.reversals.contains { after.hasPrefix($0) && !(isOutcome && $0 == "fail") }
    }
  }
}

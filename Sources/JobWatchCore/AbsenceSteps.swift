extension Job.Absence {
  /// After the first "no such job", by default in seconds. Most jobs that were never seen are new ones that the API does not
  /// show yet, and it will within seconds; a record that was seen and is gone will hardly come back.
  private static let (newSteps, seenSteps) = ([1, 2, 5, 10, 20, 40, 75, 120], [30, 75, 120])
  /// The time over which the steps are laid out, in seconds.
  private static let span = 120.0

  /// How long it is left alone after "no such job" at `now`: until the next step, each being a share of the time that
  /// must pass. After the last one it is asked again soon while answers are missing (after an outage, say), and at a
  /// slow pace while the verdict is held.
  ///
  /// The time decides, and not the number of answers: a question out of turn moves no other.
  package func nextQuestion(
    isSeen: Bool, at now: Timestamp, under policy: AbsencePolicy
  ) -> Duration {
    let passed = now - since
    let steps = (isSeen ? Self.seenSteps : Self.newSteps).lazy
      .map { policy.over.scaled(by: Double($0) / Self.span) }
    // A seen job is left alone for an eighth at least, whatever came in between.
    let least = isSeen ? policy.over.scaled(by: 0.125) : .zero
    if let next = steps.first(where: { $0 > passed }) { return max(next - passed, least) }
    return policy.over.scaled(by: answers < policy.answers ? 0.125 : 0.5)
  }
}

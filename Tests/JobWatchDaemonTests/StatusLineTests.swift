import JobWatchCore
import Testing

@testable import JobWatchDaemon
@testable import JobWatchStore

@Suite struct `The line of how things stand` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var totals = Totals()
    var due = 0
    /// Subjects.
    var troubles: [String] = []
    var unclosed: [String] = []
    var line: String
  }

  static let cases = [
    Case(testDescription: "nothing to do", line: "watching 0 jobs, 0 due, 0 at risk"),
    Case(
      testDescription: "one of each",
      totals: Totals(watched: ["a": 1], atRisk: 1, waiting: ["x": 1], givenUp: 1), due: 1,
      line: "watching 1 job, 1 due, 1 at risk; 1 message waiting, 1 message given up"),
    Case(
      testDescription: "several of each",
      totals: Totals(watched: ["a": 2, "b": 3], atRisk: 4, waiting: ["x": 2, "y": 5], givenUp: 6), due: 2,
      line: "watching 5 jobs, 2 due, 4 at risk; 7 messages waiting, 6 messages given up"),
    Case(
      testDescription: "only given up", totals: Totals(givenUp: 2),
      line: "watching 0 jobs, 0 due, 0 at risk; 2 messages given up"),
    Case(
      testDescription: "accounts and channels that are not configured",
      totals: Totals(watched: ["a": 2, "old": 3, "gone": 1], waiting: ["x": 2, "was": 1]),
      line: "watching 2 jobs, 0 due, 0 at risk; 4 parked (not configured: gone, old); "
        + "3 messages waiting (not configured: was)"),
    Case(
      testDescription: "everything in trouble", totals: Totals(watched: ["a": 1]), due: 1,
      troubles: [
        "account/b", "account/a", "endpoint/a/ecs", "endpoint/a/ecs", "endpoint/b/dcs",
        "channel/x", "daemon/poller",
      ], unclosed: ["jobs", "by-hand.txt"],
      line:
        "watching 1 job, 1 due, 0 at risk; paused: a, b; not answering or not allowed: a/ecs, b/dcs; "
        + "channels failing: x; spool files not closed: by-hand.txt, jobs"),
    Case(
      testDescription: "trouble of what is not configured",
      troubles: ["account/old", "endpoint/old/ecs", "endpoint/ab/ecs", "channel/was"],
      line: "watching 0 jobs, 0 due, 0 at risk"),
    Case(
      testDescription: "many names",
      totals: Totals(watched: Dictionary(uniqueKeysWithValues: (1...7).map { ("old\($0)", 1000) })),
      line: "watching 0 jobs, 0 due, 0 at risk; 7000 parked (not configured: old1, old2, old3, "
        + "old4, old5 and 2 more)"),
    Case(
      testDescription: "five names",
      totals: Totals(watched: Dictionary(uniqueKeysWithValues: (1...5).map { ("old\($0)", 1) })),
      line: "watching 0 jobs, 0 due, 0 at risk; 5 parked (not configured: old1, old2, old3, " + "old4, old5)"),
  ]

  @Test(arguments: cases)
  func `says what there is to do, and what is not in order`(_ sample: Case) {
    let conditions = sample.troubles.compactMap(Condition.Subject.init).map {
      Condition($0, .failing, since: Timestamp(milliseconds: 0), cause: "a cause")
    }
    let text = StatusLine(
      totals: sample.totals, due: sample.due, conditions: conditions, accounts: ["a", "b"],
      channels: ["x", "y"], unclosed: sample.unclosed)
    #expect(text.line == sample.line)
  }
}

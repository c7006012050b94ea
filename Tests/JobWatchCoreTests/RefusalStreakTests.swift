import JobWatchCore
import Testing

@Suite struct `A streak of refusals` {
  /// A history, a second for each word: `+1` message 1 is taken, `-1` it is refused, `~1` refused by an attempt that
  /// began before the last one was over. Each refusal gives a letter: again, warn, give up, hold.
  private func verdicts(_ history: String, isInTrouble: Bool = false) -> String {
    var streak = RefusalStreak(isInTrouble: isInTrouble)
    var letters = ""
    for (second, word) in history.split(separator: " ").enumerated() {
      let time = Duration.seconds(second)
      let message = Int64(word.dropFirst()) ?? 0
      if word.hasPrefix("+") {
        streak.taken(message, at: time)
        continue
      }
      let start = word.hasPrefix("~") ? time - .seconds(2) : time
      let letter =
        switch streak.refused(message, since: start) {
        case .again: "a"
        case .warn: "w"
        case .giveUp: "g"
        case .hold: "h"
        }
      letters += letter
    }
    return letters
  }

  @Test(
    "gives up the message that others pass, and holds what is refused with all others",
    arguments: [
      // One among others: at its third refusal.
      ("+1 -2 +3 -2 +4 -2", "aag"), ("-2 +3 -2 -2", "aag"), ("-2 -2 +3 -2", "aag"),
      ("-2 -2 -2 +3 -2", "aaag"), ("~2 -2 -2", "aaa"), ("+1 ~2 -2 -2", "aag"),
      // Others that were taken before tell nothing of now.
      ("+1 +3 -2 -2 -2 -2 -2", "aaaww"),
      // Nobody else is there.
      ("-2 -2 -2 -2 -2 -2 -2 -2", "aaawwwww"), ("-2 -2 -2 -2 +3 -2", "aaawg"),
      // It is taken after all, and later refused for another reason.
      ("-2 +3 -2 +2 -2 -2 -2", "aaaaa"),
      // The receiver takes nothing: the third different one shows it, and no number of refusals ends it.
      ("+1 -2 -3 -4 -5 -6", "aahhh"), ("-2 -3 -4 -2 -3 -4 -2 -3 -4 -2", "aahhhhhhhh"),
      ("-2 -2 -3 -3 -4", "aaaah"),
      // It recovers: what it refused before gets its chances anew.
      ("-2 -3 -4 -2 -2 +4 -2 +3 -2", "aahhhag"), ("-2 -3 -4 +4 -2 +3 +2", "aaha"),
      // One that is never taken, before, in and after the trouble.
      ("-2 -3 -4 +3 +4 -2 +5 -2", "aahag"),
      // A class of messages that is never taken, in bursts: not one trouble after the other for ever.
      ("-1 -2 -3 +9 -1 -2 -3 +9 -1 -2 +9 -3", "aahaahggg"),
      // A deploy that begins at one server of two: what was refused by it once is not lost to the other.
      ("-2 +3 ~4 +5 -2 -4 -6 -2 -4 -6 +2 +4 +6", "aaaahhhh"),
      // What is given up counts in the row, so that a deploy costs two at most.
      ("-1 +9 -2 +9 -3 +9 -4 +9 -1 +9 -2 +9 -3 +9 -4 +9 -1 -2 -3 -4", "aaaaaaaagghh"),
    ])
  func history(_ history: String, _ expected: String) {
    #expect(verdicts(history) == expected)
  }

  @Test func `knows what is refused although others are taken, and how often`() {
    var streak = RefusalStreak()
    for _ in 1...2 { _ = streak.refused(1, since: .zero) }
    #expect(streak.passed.isEmpty && streak.count(of: 1) == 2)
    streak.taken(2, at: .seconds(1))
    _ = streak.refused(3, since: .seconds(2))
    #expect(streak.passed == [1] && streak.count(of: 3) == 1)
    streak.taken(1, at: .seconds(3))
    #expect(streak.passed == [3] && streak.count(of: 1) == 0)
  }

  @Test func `takes the first refusals after a restart in a trouble for more of it`() {
    #expect(verdicts("-1 -2 -3 -4", isInTrouble: true) == "hhhh")
    #expect(verdicts("-1 +2 -1 +2 -1", isInTrouble: true) == "hag")
    // With one message alone the trouble may be long over.
    #expect(verdicts("-1 -1 -1 -1 -1", isInTrouble: true) == "hhhww")
  }
}

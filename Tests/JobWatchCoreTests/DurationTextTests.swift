import JobWatchCore
import TestSupport
import Testing

@Suite struct `Durations as text` {
  @Test(
    "read a decimal and a unit",
    arguments: [
      ("250ms", 250), ("5s", 5000), ("1.5m", 90_000), ("4h", 14_400_000), ("14d", 1_209_600_000),
      ("0s", 0), ("0.5ms", 1), ("365200d", 31_553_280_000_000),
    ])
  func reads(_ text: String, _ milliseconds: Int) { #expect(Duration(text: text) == .milliseconds(milliseconds)) }

  @Test(
    "refuse everything else",
    arguments: [
      "", "5", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "5sec", "5S", "5M", "1e3s", "1.2.3s", "infs",
      "nans", "0x10s", "1,5s", "５s", "5s5s", "365201d", "99999999999999999999d", ".s", "5s\u{301}",
    ])
  func refuses(_ text: String) {
    #expect(Duration(text: text) == nil)
  }

  @Test func `read back as themselves`() {
    var random = SeededGenerator(7)
    for unit in [1, 1000, 60_000, 3_600_000, 86_400_000] {
      for _ in 0..<200 {
        let duration = Duration.milliseconds(unit * Int.random(in: 0...5000, using: &random))
        #expect(Duration(text: duration.text) == duration)
      }
    }
    #expect(Duration.seconds(90).text == "90s" && Duration.seconds(120).text == "2m")
  }

  @Test(
    "are spoken in their two largest units",
    arguments: [
      (-5, "0 ms"), (0, "0 ms"), (850, "850 ms"), (1000, "1 s"), (1500, "1.5 s"), (9999, "9.9 s"),
      (10_500, "10 s"), (270_000, "4 m 30 s"), (3_600_000, "1 h"), (3_659_999, "1 h"),
      (93_600_000, "1 d 2 h"), (86_460_000, "1 d"),
    ])
  func spoken(_ milliseconds: Int, _ text: String) { #expect(Duration.milliseconds(milliseconds).spoken == text) }

  @Test func `are whole milliseconds, clamped`() {
    let edge = Int64.max / 1000
    #expect(Duration.seconds(edge + 1).milliseconds == .max)
    #expect((Duration.seconds(edge) + .milliseconds(900)).milliseconds == .max)
    #expect((Duration.seconds(-edge) - .milliseconds(900)).milliseconds == .min)
    #expect(Duration.nanoseconds(-1_999_999).milliseconds == -1)
  }
}

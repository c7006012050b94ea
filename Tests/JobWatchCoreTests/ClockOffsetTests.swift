import JobWatchCore
import Testing

@Suite struct `The cloud's clock` {
  @Test(
    "is ours plus the median of its last answers",
    arguments: [
      ([], 0), ([250], 250), ([100, 100, 90_000], 100), ([-3, -1, -2], -2),
      ([0, 0, 3_600_000, 0, -3_600_000], 0),
      // Nine are kept: a clock that was set is believed after five.
      ([Int](repeating: 0, count: 9) + [Int](repeating: 5000, count: 5), 5000),
      ([Int](repeating: 0, count: 9) + [Int](repeating: 5000, count: 4), 0),
    ])
  func median(_ answers: [Int], _ offset: Int) {
    var clock = ClockOffset()
    for milliseconds in answers {
      clock.note(.start + .milliseconds(milliseconds), at: .start)
    }
    #expect(clock.value == .milliseconds(offset))
  }

  @Test func `is taken at its word after a refused signature`() {
    var clock = ClockOffset()
    for _ in 0..<9 { clock.note(.start, at: .start) }
    clock.replace(.start + .hours(1), at: .start)
    #expect(clock.value == .hours(1))
  }
}

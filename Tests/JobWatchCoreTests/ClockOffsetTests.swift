@testable import JobWatchCore
import Testing

@Suite struct `The cloud's clock` {
  /// As an answer that takes no time would tell it.
  private func date(_ offset: Duration, at now: Timestamp) -> Timestamp {
    let time = (now + offset).milliseconds
    return Timestamp(milliseconds: time - time % 1000)
  }

  /// Answers `gap` apart from a whole second on, the first of them by the first offset.
  private func clock(_ offsets: [Duration], every gap: Duration) -> ClockOffset {
    var clock = ClockOffset()
    for (number, offset) in offsets.enumerated() {
      let now = Timestamp.start + gap.scaled(by: Double(number))
      clock.note(date(offset, at: now), at: now)
    }
    return clock
  }

  private func isNear(_ clock: ClockOffset, _ offset: Duration, within: Duration) -> Bool {
    (offset - within...offset + within).contains(clock.value)
  }

  @Test func `is taken for ours until an answer came`() {
    #expect(ClockOffset().value == .zero)
  }

  @Test func `stays where it is when ours is set`() {
    for jump in [Duration.minutes(10), .hours(-7)] {
      let now = Timestamp.start
      var clock = ClockOffset()
      for number in 0..<9 {
        let time = now + .milliseconds(300 * number)
        clock.note(date(.seconds(3), at: time), at: time)
      }
      clock.shift(by: jump)
      #expect(isNear(clock, .seconds(3) - jump, within: .seconds(1)))
      // The answers after it agree with those before.
      let later = now + .seconds(4) + jump
      clock.note(date(.seconds(3) - jump, at: later), at: later)
      #expect(isNear(clock, .seconds(3) - jump, within: .seconds(1)))
    }
  }

  @Test func `stands in the middle of the second that one answer tells`() {
    var clock = ClockOffset()
    clock.note(.start, at: .start)
    #expect(clock.value == .milliseconds(500))
  }

  @Test(
    "is known to a fraction of a second by answers that have whole ones",
    arguments: [-90_000, -1500, -300, 0, 20, 499, 700, 3_600_000])
  func precision(_ offset: Int64) {
    for gap in [10, 90, 370, 730] {
      let clock = clock(Array(repeating: .milliseconds(offset), count: 200), every: .milliseconds(gap))
      #expect(isNear(clock, .milliseconds(offset), within: .milliseconds(150)), "every \(gap) ms")
    }
  }

  @Test(
    "is what most of its last nine answers say",
    arguments: [
      ([0, 0, 3600, 0, -3600], 0), ([0, 0, 90], 0),
      ([Int](repeating: 0, count: 9) + [Int](repeating: 50, count: 5), 50),
      ([Int](repeating: 0, count: 9) + [Int](repeating: 50, count: 4), 0),
    ])
  func majority(_ offsets: [Int], _ offset: Int) {
    let clock = clock(offsets.map { .seconds($0) }, every: .milliseconds(370))
    #expect(isNear(clock, .seconds(offset), within: .milliseconds(500)))
  }

  @Test func `is followed when ours is set back`() {
    var clock = ClockOffset()
    for number in 0..<9 { clock.note(.start, at: .start - .hours(number)) }
    #expect(clock.value > .hours(3))
  }

  @Test func `is taken at its word after a refused signature`() {
    var clock = ClockOffset()
    for number in 0..<9 {
      clock.note(.start + .seconds(number), at: .start + .seconds(number))
    }
    clock.replace(.start + .hours(1), at: .start)
    #expect(isNear(clock, .hours(1), within: .milliseconds(500)))
  }
}

import JobWatchCore
import Testing

@Suite struct `Timestamp as text` {
  @Test(
    "every millisecond reads back as itself",
    arguments: [
      Int64(0), 1_764_000_000_000, Timestamp.limit - 999, -86_400_000, -12_212_553_600_000,
    ])
  func roundTrip(_ second: Int64) {
    let wrong = (0..<1000).filter { offset in
      let time = Timestamp(milliseconds: second + Int64(offset))
      return Timestamp(iso8601: time.description) != time
    }
    #expect(wrong.isEmpty)
  }

  @Test func `it has three decimals and the zone`() {
    #expect(Timestamp(milliseconds: 1_764_000_000_001).description == "2025-11-24T16:00:00.001Z")
  }

  @Test(
    "a fraction may be missing, and is cut below the millisecond",
    arguments: [
      ("2025-11-24T16:00:00Z", 0), ("2025-11-24T16:00:00.5Z", 500),
      ("2025-11-24T16:00:00.05Z", 50), ("2025-11-24T16:00:00.123456789Z", 123),
      ("2025-11-24T16:00:59.9999Z", 59_999),
    ])
  func fractions(_ text: String, _ milliseconds: Int) {
    #expect(Timestamp(iso8601: text) == .start + .milliseconds(milliseconds))
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "now", "2025-11-24", "2025-11-24T16:00:00", "2025-11-24T16:00:00+01:00",
      "2025-11-24T16:00:00Zulu", "2025-11-24T16:00:00.5Zulu", "2025-11-24T16:00:00.Z",
      "2025-11-24T16:00:00.1.2Z", "2025-02-30T16:00:00Z", "2025-11-24T25:00:00Z",
      "2025-11-24T16:60:00Z", " 2025-11-24T16:00:00Z", "20251124T160000Z", "2025-11-24 16:00:00Z",
      "1764000000000", "2025-11-24t16:00:00Z", "2025-11-24T16:00:00z", "2025-11-24T16:00:00,5Z",
      "2025-11-24T16:00:60Z", "1582-12-31T23:59:59Z",
    ])
  func refused(_ text: String) {
    #expect(Timestamp(iso8601: text) == nil)
  }

  @Test func `sums stay within four-digit years, and differences never overflow`() {
    let ends = [Timestamp.start + .seconds(Int64.max), .start - .seconds(Int64.max)]
    #expect(ends.map(\.description) == ["9999-12-31T23:59:59.999Z", "1583-01-01T00:00:00.000Z"])
    #expect(ends.allSatisfy { Timestamp(iso8601: $0.description) == $0 })
    let extremes = (Timestamp(milliseconds: .min), Timestamp(milliseconds: .max))
    #expect(extremes.1 - extremes.0 == .milliseconds(Int64.max))
    #expect(extremes.0 - extremes.1 == .milliseconds(Int64.min))
  }
}

import Glibc
import JobWatchCore

/// Random numbers of a run: a stream of its own for each purpose, so that a fault which is switched off leaves the
/// others as they were. xoshiro256**, https://prng.di.unimi.it, seeded by splitmix64.
struct Draw: RandomNumberGenerator {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  init(seed: UInt64, for purpose: String) {
    var hash = StableHash()
    hash.combine(purpose.utf8)
    var mixed = hash.value ^ (seed &* 0x9e37_79b9_7f4a_7c15)
    func next() -> UInt64 {
      mixed &+= 0x9e37_79b9_7f4a_7c15
      var word = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
      return word ^ word >> 31
    }
    state = (next(), next(), next(), next())
  }

  mutating func next() -> UInt64 {
    let product = state.1 &* 5
    let result = (product << 7 | product >> 57) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3 << 45 | state.3 >> 19
    return result
  }

  mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }

  /// Exponentially distributed: the time to the next of events that come at random.
  mutating func exponential(_ mean: Duration) -> Duration {
    .nanoseconds(Int64(-log(1 - Double.random(in: 0..<1, using: &self)) * Double(mean.nanoseconds)))
  }

  mutating func duration(_ range: ClosedRange<Duration>) -> Duration {
    .nanoseconds(Int64.random(in: range.lowerBound.nanoseconds...range.upperBound.nanoseconds, using: &self))
  }

  /// The logarithm is uniform: as often 1 to 10 s as 10 to 100 s.
  mutating func spread(_ range: ClosedRange<Duration>) -> Duration {
    let (low, high) = (log(Double(range.lowerBound.nanoseconds)), log(Double(range.upperBound.nanoseconds)))
    return .nanoseconds(Int64(exp(Double.random(in: low...high, using: &self))))
  }

  /// - Parameter choices: at least one.
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[Int.random(in: 0..<choices.count, using: &self)] }

  mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }

  /// `count` random hexadecimal digits.
  mutating func digits(_ count: Int) -> String {
    var text = ""
    while text.utf8.count < count { text += String(next() | 1 << 63, radix: 16) }
    return String(text.prefix(count))
  }
}

extension Duration {
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}

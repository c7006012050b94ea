import Glibc
import JobWatchCore

/// Random numbers that are the same in every run: a failure can be repeated. SplitMix64, https://prng.di.unimi.it/splitmix64.c
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// In [0, 1).
  package mutating func unit() -> Double { Double.random(in: 0..<1, using: &self) }

  /// Of mean 0 and deviation 1.
  package mutating func normal() -> Double { (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit()) }

  package mutating func duration(_ range: ClosedRange<Duration>) -> Duration {
    .milliseconds(
      Int64.random(in: range.lowerBound.milliseconds...range.upperBound.milliseconds, using: &self))
  }
}

import Glibc
import JobWatchCore
import TestSupport
import Testing

@testable import PollPlanning

@Suite struct `A stored model of durations` {
  private static let running = [
    WatchedSpan(known: 50), WatchedSpan(from: 20, known: 400), WatchedSpan(from: 3, known: 3),
  ]

  /// A model that met jobs of every kind, of durations that lie decades apart, beside some that run.
  private static func worn(_ jobs: Int, seed: UInt64) -> DurationModel {
    var random = SeededGenerator(seed)
    var model = DurationModel()
    for span in running { model.watch(span) }
    for number in 0..<jobs {
      let age = exp(Double.random(in: -1...14, using: &random))
      var span = WatchedSpan(from: number % 3 == 0 ? age / 4 : 0)
      model.watch(span)
      model.extend(&span, to: age / 2)
      switch number % 5 {
      case 0: model.leave(span)
      case 1: model.finish(.between(age / 2, age), of: span)
      default: model.finish(.at(age), of: span)
      }
    }
    return model
  }

  @Test func `decides as the one that was stored, once it is told what runs`() throws {
    var model = Self.worn(300, seed: 1)
    var stored = try #require(DurationModel(bytes: model.bytes))
    for span in Self.running { stored.watch(span) }
    #expect(stored == model)
    for age in [60.0, 3000] {
      model.finish(.at(age), of: Self.running[0])
      stored.finish(.at(age), of: Self.running[0])
      model.watch(Self.running[0])
      stored.watch(Self.running[0])
    }
    #expect(stored.distribution().hazards == model.distribution().hazards)
    let plans = (
      PollPlan(distribution: model.distribution(), price: 5), PollPlan(distribution: stored.distribution(), price: 5)
    )
    #expect(plans.0.schedule(until: 86_400) == plans.1.schedule(until: 86_400))
  }

  @Test func `takes at most 6 KB`() {
    #expect(DurationModel().bytes.count < 500)
    let widest = Self.worn(1000, seed: 2).bytes.count
    #expect((3000...6144).contains(widest))
  }

  @Test func `is not read from anything else`() {
    let bytes = Self.worn(20, seed: 3).bytes
    for length in bytes.indices { #expect(DurationModel(bytes: bytes.prefix(length)) == nil) }
    #expect(DurationModel(bytes: bytes + [0]) == nil)
    #expect(DurationModel(bytes: [2] + bytes.dropFirst()) == nil)
    // The last four bytes are a number, now an infinite one.
    #expect(DurationModel(bytes: bytes.dropLast(4) + [0, 0, 0x80, 0x7f]) == nil)
  }
}

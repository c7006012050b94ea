import Glibc
import JobWatchCore
import TestSupport
import TestTraits
import Testing

@testable import PollPlanning

@Suite(.aside) struct `A model of durations` {
  private static func exponential(_ mean: Double, _ random: inout SeededGenerator) -> Double {
    -mean * log(1 - Double.random(in: 0..<1, using: &random))
  }

  /// About normal: a sum of twelve.
  private static func normal(_ mean: Double, _ deviation: Double, _ random: inout SeededGenerator) -> Double {
    let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
    return mean + deviation * (sum - 6)
  }

  @Test("learns the distribution that its jobs follow", arguments: [3.0, 300])
  func law(_ mean: Double) {
    var random = SeededGenerator(1)
    var model = DurationModel()
    for _ in 0..<400 { model.finish(.at(Self.exponential(mean, &random)), of: WatchedSpan()) }
    let law = model.distribution()
    for age in [0.1, 0.3, 0.6, 1, 2] { #expect(abs(law.survival(at: age * mean) - exp(-age)) < 0.06, "\(age)") }
    #expect(model.completions == 400)
  }

  @Test func `counts the jobs that still run`() {
    // Half take a minute and half longer than it is now.
    let (ended, running) = (50, 50)
    var (model, blind) = (DurationModel(), DurationModel())
    var spans = Array(repeating: WatchedSpan(), count: running)
    for index in spans.indices {
      model.watch(spans[index])
      for age in [20.0, 40, 61, 100] { model.extend(&spans[index], to: age) }
    }
    for _ in 0..<ended {
      model.finish(.at(60), of: WatchedSpan())
      blind.finish(.at(60), of: WatchedSpan())
    }
    #expect(blind.distribution().survival(at: 90) < 0.05)
    #expect(abs(model.distribution().survival(at: 90) - 0.5) < 0.1)
    // A job that is given up counts like one that runs.
    for span in spans { model.leave(span) }
    #expect(abs(model.distribution().survival(at: 90) - 0.5) < 0.1)
  }

  @Test func `is not misled by jobs that come and go while it forgets`() {
    var random = SeededGenerator(6)
    var model = DurationModel()
    var jobs: [(begin: Double, duration: Double, span: WatchedSpan)] = []
    for step in 1...300 {
      let now = 10 * Double(step)
      for index in jobs.indices.reversed() {
        let job = jobs[index]
        if job.begin + job.duration <= now {
          model.finish(.at(job.duration), of: job.span)
          jobs.remove(at: index)
        } else {
          model.extend(&jobs[index].span, to: now - job.begin)
        }
      }
      for from in [0, Double.random(in: 0..<400, using: &random)] {
        // The second of the two is found while it runs, if it still does.
        let duration = Self.exponential(300, &random)
        guard duration > from else { continue }
        jobs.append((now - from, duration, WatchedSpan(from: from)))
        model.watch(WatchedSpan(from: from))
      }
      // From when few have ended on: those that have are the short ones.
      guard step % 60 == 0 else { continue }
      let survival = model.distribution().survival(at: min(now / 2, 300))
      #expect(abs(survival - exp(-min(now / 2, 300) / 300)) < 0.06, "\(now) s")
    }
  }

  @Test func `says nothing of the ages before a job was known`() {
    var random = SeededGenerator(2)
    var (model, biased) = (DurationModel(), DurationModel())
    var count = 0
    while count < 300 {
      let known = Double.random(in: 0...600, using: &random)
      let duration = Self.exponential(300, &random)
      // Found among the jobs that run, hence not found when it had ended.
      guard duration > known else { continue }
      count += 1
      let span = WatchedSpan(from: known)
      model.watch(span)
      model.finish(.at(duration), of: span)
      biased.finish(.at(duration), of: WatchedSpan())
    }
    #expect(abs(model.distribution().survival(at: 300) - exp(-1)) < 0.08)
    #expect(biased.distribution().survival(at: 300) > 0.5)
    // Nor does one say anything that was lost as soon as it was known.
    let before = model.distribution().hazards
    model.watch(WatchedSpan(from: 500))
    model.leave(WatchedSpan(from: 500))
    #expect(model.distribution().hazards == before)
  }

  @Test func `needs no end time, and never the time of detection`() {
    var random = SeededGenerator(3)
    var (exact, between, detected) = (DurationModel(), DurationModel(), DurationModel())
    for _ in 0..<150 {
      let duration = Self.normal(240, 30, &random)
      // Polled every 40 s, from a random time on.
      let phase = Double.random(in: 0..<40, using: &random)
      let low = max(0, ((duration - phase) / 40).rounded(.down) * 40 + phase)
      exact.finish(.at(duration), of: WatchedSpan())
      between.finish(.between(low, low + 40), of: WatchedSpan())
      detected.finish(.at(low + 40), of: WatchedSpan())
    }
    let laws = (exact.distribution(), between.distribution(), detected.distribution())
    for age in [200.0, 240, 280] { #expect(abs(laws.0.survival(at: age) - laws.1.survival(at: age)) < 0.08, "\(age)") }
    #expect(laws.2.survival(at: 240) - laws.0.survival(at: 240) > 0.15)
  }

  @Test func `follows when jobs begin to take twice as long`() {
    var random = SeededGenerator(4)
    var model = DurationModel()
    for _ in 0..<300 { model.finish(.at(Self.normal(240, 20, &random)), of: WatchedSpan()) }
    #expect(model.distribution().survival(at: 350) < 0.05)
    for _ in 0..<60 { model.finish(.at(Self.normal(480, 40, &random)), of: WatchedSpan()) }
    #expect(model.distribution().survival(at: 350) > 0.5)
  }

  @Test func `believes its like until it has jobs of its own`() {
    var random = SeededGenerator(5)
    var parent = DurationModel()
    for _ in 0..<100 { parent.finish(.at(Self.normal(600, 30, &random)), of: WatchedSpan()) }
    var child = DurationModel(prior: .learned(parent))
    #expect(abs(child.distribution().survival(at: 600) - 0.5) < 0.15)
    for _ in 0..<10 { child.finish(.at(Self.normal(60, 3, &random)), of: WatchedSpan()) }
    #expect(child.distribution().survival(at: 100) < 0.15)
    let shipped = DurationModel(prior: .around(median: 240, sigma: 0.4)).distribution()
    #expect(abs(shipped.survival(at: 240) - 0.5) < 0.05)
  }

  @Test func `takes any age`() {
    var model = DurationModel()
    for age in [0, -1, 0.001, 1e12, .infinity] {
      let span = WatchedSpan(known: age)
      model.watch(span)
      model.finish(.between(age, age), of: span)
      model.finish(.at(age), of: WatchedSpan(from: age))
    }
    let law = model.distribution()
    #expect(law.hazards.allSatisfy { $0.isFinite && $0 >= 0 })
    #expect((0...1).contains(law.survival(at: 1e9)))
  }
}

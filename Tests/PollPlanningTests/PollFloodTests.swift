@testable import JobWatchCore
import TestTraits
import Testing

@testable import PollPlanning

@Suite(.aside) struct `A flood of unknown ids` {
  /// Ten thousand were just named; hundred jobs run, each of which is due every ten seconds.
  private struct World {
    var setting = ScheduleSetting()
    var schedule: PollSchedule
    /// The most that a running job waited after it was due.
    var worst = Duration.zero
    var polls = 0
    var asked: [Int64: Int] = [:]

    init(rate: Int) {
      schedule = ScheduleSetting.schedule(Quota(calls: rate, per: .seconds(1)), price: CallPrice(least: 1))
      for job in 0..<100 { runs(Int64(job), due: .milliseconds(100 * job)) }
      for job in 1000..<11_000 { unknown(Int64(job), due: .zero, .first) }
    }

    mutating func runs(_ job: Int64, due: Duration) { schedule.add(setting.due(setting.poll(job), at: due)) }

    mutating func unknown(_ job: Int64, due: Duration, _ purpose: ScheduledPoll.Purpose) {
      var poll = ScheduledPoll(
        job: job, endpoint: PollQueue.Endpoint(number: 0), type: setting.law, jitterSeed: 0,
        span: WatchedSpan(), isWatched: false, knownAt: .zero)
      poll.plan(at: due, for: purpose)
      schedule.add(poll)
    }

    /// An unknown id is asked for again as `Absence` has it.
    mutating func run(until end: Duration) {
      var first: [Int64: Duration] = [:]
      var time = Duration.zero
      while time < end {
        while let poll = schedule.take(at: time, from: &setting.book) {
          schedule.limiter.finish(at: time)
          let job = poll.job
          if job < 1000 {
            worst = max(worst, time - poll.due)
            polls += 1
            runs(job, due: time + .seconds(10))
            continue
          }
          asked[job, default: 0] += 1
          let missed = first[job] ?? time
          first[job] = missed
          let gap = Absence(answers: asked[job] ?? 1, since: .start).gap(
            isSeen: false, at: .start + (time - missed), under: AbsencePolicy())
          if time - missed < .minutes(2) { unknown(job, due: time + gap, .again) }
        }
        time += .milliseconds(50)
      }
    }
  }

  @Test func `keeps no running job waiting, and is answered within the quota`() {
    var world = World(rate: 60)
    world.run(until: .minutes(4))
    #expect(world.worst <= .seconds(2), "\(world.worst)")
    #expect(world.polls >= 100 * 22)
    #expect(world.asked.count == 10_000)
  }

  @Test(
    "makes no call for a running job dearer", arguments: [ScheduledPoll.Purpose.again, .follow])
  func price(_ purpose: ScheduledPoll.Purpose) {
    var setting = ScheduleSetting()
    var schedule = ScheduleSetting.schedule(Quota(calls: 20, per: .seconds(1)), price: CallPrice(least: 1))
    for job in 0..<300 { schedule.add(setting.planned(setting.poll(Int64(job), known: 600), price: 1)) }
    for job in 1000..<2000 {
      var poll = ScheduledPoll(
        job: Int64(job), endpoint: PollQueue.Endpoint(number: 0), type: setting.law, jitterSeed: 0,
        span: WatchedSpan(), isWatched: false,
        knownAt: .zero)
      poll.plan(at: .zero, for: purpose)
      schedule.add(poll)
    }
    var time = Duration.zero
    while time < .minutes(5) {
      while var poll = schedule.take(at: time, from: &setting.book) {
        schedule.limiter.finish(at: time)
        if poll.job < 1000 {
          poll.see(WatchedSpan(known: 600), of: setting.law, isWatched: true, at: time)
          poll.plan(by: setting.book.plan(of: setting.law, price: 1, at: time))
        } else {
          poll.plan(at: time + .seconds(1), for: purpose)
        }
        schedule.add(poll)
      }
      time += .milliseconds(50)
    }
    #expect((schedule.price.value < 1.1) == (purpose == .again), "\(schedule.price.value)")
  }

  @Test func `waits behind a job whose record may soon be deleted`() {
    var setting = ScheduleSetting()
    var schedule = ScheduleSetting.schedule(retention: .hours(10))
    for job in 1...50 {
      var poll = setting.poll(Int64(job), at: .hours(6))
      poll.plan(at: .hours(6), for: job == 1 ? .first : .again)
      schedule.add(poll)
    }
    schedule.add(setting.due(setting.poll(99, at: .zero), at: .hours(6)))
    #expect(setting.takeAll(&schedule, at: .hours(6)).first == 99)
  }
}

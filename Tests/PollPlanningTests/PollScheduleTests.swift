import JobWatchCore
import TestSupport
import TestTraits
import Testing

@testable import PollPlanning

@Suite(.aside) struct `A schedule` {
  @Test("loses and doubles no job, and keeps the sum of demands", arguments: [1, 2, 3] as [UInt64])
  func operations(_ seed: UInt64) {
    var (setting, random) = (ScheduleSetting(), SeededGenerator(seed))
    var schedule = ScheduleSetting.schedule(price: CallPrice(least: 2), retention: .minutes(20))
    var most = 0.0
    var (inside, outside, time) = (Set<Int64>(), [Int64: ScheduledPoll](), Duration.zero)
    for step in 0..<6000 {
      time += random.duration(.zero ... .milliseconds(900))
      switch Int.random(in: 0..<12, using: &random) {
      case 0...2:
        let known = Double.random(in: 0...1500, using: &random)
        let poll = setting.poll(Int64(step), known: known, at: time)
        let isPlanned = Bool.random(using: &random)
        let due = time + random.duration(.zero ... .seconds(200))
        schedule.add(isPlanned ? setting.planned(poll, price: 2) : setting.due(poll, at: due))
        inside.insert(Int64(step))
      case 3...8:
        let isProbe = Int.random(in: 0..<20, using: &random) == 0
        guard let poll = schedule.take(at: time, from: &setting.book, probe: isProbe ? ProbeChoice() : nil) else {
          break
        }
        #expect(inside.remove(poll.job) != nil)
        outside[poll.job] = poll
      case 9:
        guard let (job, poll) = outside.popFirst() else { break }
        schedule.withdraw(poll)
        schedule.add(poll)
        inside.insert(job)
      case 10:
        let some = Set(inside.prefix(3))
        #expect(Set(schedule.remove(some).map(\.job)) == some)
        inside.subtract(some)
      default: schedule.reorderBacklog(at: time, by: &setting.book)
      }
      #expect(schedule.count == inside.count)
      most = max(most, schedule.demand)
    }
    #expect(most > 0)
    #expect(Set(schedule.remove(inside).map(\.job)) == inside)
    #expect(schedule.count == 0)
    #expect(schedule.demand == 0)
  }

  @Test("gives something when it says so, or says another time", arguments: [1, 2, 3] as [UInt64])
  func readiness(_ seed: UInt64) {
    var (setting, random) = (ScheduleSetting(), SeededGenerator(seed))
    let quota = Quota(calls: 120, per: .minutes(1))
    var schedule = ScheduleSetting.schedule(quota, price: CallPrice(least: 1, value: 40))
    for job in 0..<600 {
      let known = Double.random(in: 0...1500, using: &random)
      schedule.add(setting.planned(setting.poll(Int64(job), known: known), price: 10))
    }
    var (time, calls, looks) = (Duration.zero, 0, 0)
    while time < .minutes(20) {
      let ready = schedule.readyAt(time) ?? .hours(1)
      if ready > time {
        #expect(schedule.take(at: time, from: &setting.book) == nil)
        time = min(max(ready, time + .milliseconds(1)), time + .seconds(7))
        continue
      }
      looks += 1
      guard var poll = schedule.take(at: time, from: &setting.book) else {
        let next = schedule.readyAt(time) ?? .hours(1)
        #expect(next > time)
        continue
      }
      calls += 1
      schedule.limiter.finish(at: time)
      let age = poll.span.known + (time - poll.knownAt).seconds
      poll.see(WatchedSpan(known: age), of: setting.law, isWatched: true, at: time)
      schedule.add(setting.planned(poll, price: schedule.price.value))
    }
    // However the price moved meanwhile.
    #expect(Double(calls) > 0.9 * schedule.limiter.rate * 20 * 60)
    #expect(looks < 20 * calls)
  }

  @Test func `takes a call that was not made for none`() {
    var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule(Quota(calls: 20, per: .hours(1))))
    for job in 0..<40 { schedule.add(setting.due(setting.poll(Int64(job)), at: .zero)) }
    var taken: [Int64] = []
    while let poll = schedule.take(at: .seconds(1), from: &setting.book), taken.count < 30 {
      schedule.withdraw(poll)
      taken.append(poll.job)
    }
    #expect(taken.count == 30)
  }

  @Test func `puts off a job whose call has become too dear, until it is due at that price`() {
    var setting = ScheduleSetting()
    let poll = setting.poll(1, known: 600)
    let (cheap, dear) = (setting.planned(poll, price: 5), setting.planned(poll, price: 80))
    #expect(cheap.due < dear.due)
    var schedule = ScheduleSetting.schedule(price: CallPrice(least: 80))
    schedule.add(cheap)
    #expect(schedule.readyAt(cheap.due) == cheap.due)
    #expect(schedule.take(at: cheap.due, from: &setting.book) == nil)
    #expect(schedule.count == 1)
    #expect(schedule.readyAt(cheap.due) == dear.due)
    #expect(setting.takeAll(&schedule, at: dear.due) == [1])
  }

  @Test func `does not put off what is no plan's, nor a probe`() {
    var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule(price: CallPrice(least: 80)))
    schedule.add(setting.due(setting.poll(1, known: 600), at: .seconds(3)))
    #expect(setting.takeAll(&schedule, at: .seconds(3)) == [1])
    let cheap = setting.planned(setting.poll(2, known: 600), price: 5)
    schedule.add(cheap)
    #expect(schedule.readyAt(.zero, probe: ProbeChoice()) == cheap.due)
    #expect(schedule.take(at: cheap.due, from: &setting.book, probe: ProbeChoice())?.job == 2)
  }

  @Test func `asks early with calls to spare, only where the quota makes calls dear`() {
    // At 80 s a call the one job asks for about as many calls as eleven an hour.
    for (quota, price, isEarly) in [
      (Quota(calls: 12, per: .hours(1)), CallPrice(least: 20, value: 80), true),
      (ScheduleSetting.quota, CallPrice(least: 80), false),
    ] {
      var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule(quota, price: price))
      let poll = setting.poll(1, known: 600)
      let (early, due) = (setting.planned(poll, price: 10).due, setting.planned(poll, price: 80).due)
      schedule.add(setting.planned(poll, price: 80))
      #expect(schedule.take(at: .milliseconds(10), from: &setting.book) == nil)
      var time = Duration.milliseconds(10)
      while schedule.count == 1, time < .hours(1) {
        time = max(schedule.readyAt(time) ?? .hours(1), time)
        _ = schedule.take(at: time, from: &setting.book)
      }
      #expect(isEarly ? time >= early && time < due - .seconds(1) : time == due)
    }
  }

  @Test func `spreads a window's calls, and lets no early call make a due one wait`() {
    var setting = ScheduleSetting()
    let quota = Quota(calls: 13_264, per: .minutes(1))
    var schedule = ScheduleSetting.schedule(quota, price: CallPrice(least: 1, value: 50))
    let rate = schedule.limiter.rate
    for job in 0..<20_000 {
      schedule.add(setting.due(setting.poll(Int64(job)), at: .seconds(1)))
    }
    for second in 1...55 {
      let taken = setting.takeAll(&schedule, at: .seconds(second)).count
      #expect(abs(Double(taken) - (second == 1 ? 5 * rate : rate)) <= 2)
    }
    // Nothing is due; half a burst stays for what may come.
    _ = schedule.remove(Set(0..<20_000))
    let now = Duration.minutes(10)
    for job in 0..<3000 {
      let poll = setting.poll(Int64(job), known: 600, at: now - .seconds(400))
      schedule.add(setting.planned(poll, price: 5000))
    }
    let early = setting.takeAll(&schedule, at: now).count
    #expect(early > 0 && Double(early) <= 2.5 * rate + 1)
    for job in 10_000..<10_400 { schedule.add(setting.due(setting.poll(Int64(job), at: now), at: now)) }
    #expect(setting.takeAll(&schedule, at: now).count == 400)
  }
}

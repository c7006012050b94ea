import JobWatchCore
import Testing

@Suite struct `A schedule` {
  /// Knows one type, of jobs without memory that take 1000 s.
  private struct Setting {
    var book = DurationBook()
    let law: DurationBook.ID

    init() {
      law = book.id(of: DurationKey(service: "ecs", jobType: "createServer", region: "eu-de"))
      var (model, random) = (DurationModel(), SeededGenerator(21))
      for _ in 0..<500 {
        let age = 1000 * Double.random(in: 0.5...1.5, using: &random)
        model.finish(.at(age), of: WatchedSpan())
      }
      book.learned(model, of: law)
    }

    /// Last seen at an age, at some uptime; not due before it is planned.
    func ticket(_ job: Int64, known: Double = 0, at uptime: Duration = .zero) -> PollTicket {
      PollTicket(
        job: job, law: law, salt: UInt32(job), span: WatchedSpan(known: known), isWatched: true,
        knownAt: uptime)
    }

    mutating func planned(_ ticket: PollTicket, price: Double) -> PollTicket {
      var ticket = ticket
      ticket.plan(by: book.plan(of: ticket.law, price: price, at: .zero))
      return ticket
    }

    func due(_ ticket: PollTicket, at due: Duration) -> PollTicket {
      var ticket = ticket
      ticket.plan(at: due)
      return ticket
    }
  }

  private static let quota = Quota(calls: 200, per: .seconds(1))

  private func schedule(
    _ quota: Quota = quota, price: CallPrice = CallPrice(least: 5), retention: Duration? = nil
  ) -> PollSchedule {
    PollSchedule(budget: Budget(cap: quota), price: price, retention: retention)
  }

  /// All that it hands out at one time.
  private func takeAll(
    _ schedule: inout PollSchedule, _ setting: inout Setting, at uptime: Duration
  ) -> [Int64] {
    var taken: [Int64] = []
    while let ticket = schedule.take(at: uptime, from: &setting.book) {
      schedule.budget.finish(at: uptime)
      taken.append(ticket.job)
    }
    return taken
  }

  @Test("loses and doubles no job, and keeps the sum of demands", arguments: [1, 2, 3] as [UInt64])
  func operations(_ seed: UInt64) {
    var (setting, random) = (Setting(), SeededGenerator(seed))
    var schedule = schedule(price: CallPrice(least: 2), retention: .minutes(20))
    var most = 0.0
    var (inside, outside, time) = (Set<Int64>(), [Int64: PollTicket](), Duration.zero)
    for step in 0..<6000 {
      time += random.duration(.zero ... .milliseconds(900))
      switch Int.random(in: 0..<12, using: &random) {
      case 0...2:
        let known = Double.random(in: 0...1500, using: &random)
        let ticket = setting.ticket(Int64(step), known: known, at: time)
        let isPlanned = Bool.random(using: &random)
        let due = time + random.duration(.zero ... .seconds(200))
        schedule.add(
          isPlanned ? setting.planned(ticket, price: 2) : setting.due(ticket, at: due))
        inside.insert(Int64(step))
      case 3...8:
        let isProbe = Int.random(in: 0..<20, using: &random) == 0
        guard let ticket = schedule.take(at: time, from: &setting.book, isUrgent: isProbe) else {
          break
        }
        #expect(inside.remove(ticket.job) != nil)
        outside[ticket.job] = ticket
      case 9:
        guard let (job, ticket) = outside.popFirst() else { break }
        schedule.putBack(ticket)
        inside.insert(job)
      case 10:
        let some = Set(inside.prefix(3))
        #expect(Set(schedule.remove(some).map(\.job)) == some)
        inside.subtract(some)
      default: schedule.spread(at: time, by: &setting.book)
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
    var (setting, random) = (Setting(), SeededGenerator(seed))
    let quota = Quota(calls: 120, per: .minutes(1))
    var schedule = schedule(quota, price: CallPrice(least: 1, value: 40))
    for job in 0..<600 {
      let known = Double.random(in: 0...1500, using: &random)
      schedule.add(setting.planned(setting.ticket(Int64(job), known: known), price: 10))
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
      guard var ticket = schedule.take(at: time, from: &setting.book) else {
        let next = schedule.readyAt(time) ?? .hours(1)
        #expect(next > time)
        continue
      }
      calls += 1
      schedule.budget.finish(at: time)
      let age = ticket.span.known + (time - ticket.knownAt).seconds
      ticket.see(WatchedSpan(known: age), of: setting.law, isWatched: true, at: time)
      schedule.add(setting.planned(ticket, price: schedule.price.value))
    }
    // However the price moved meanwhile.
    #expect(Double(calls) > 0.9 * schedule.budget.rate * 20 * 60)
    #expect(looks < 20 * calls)
  }

  @Test func `asks first for the nearest deadline of those unseen for half of the retention`() {
    var (setting, schedule) = (Setting(), schedule(retention: .hours(10)))
    let now = Duration.hours(20)
    // By the hours since they were last seen; ten are too many to save anything.
    for (job, hours) in [4, 6, 9, 11, 1, 8, 10].enumerated() {
      let ticket = setting.ticket(Int64(hours), at: now - .hours(hours))
      schedule.add(setting.due(ticket, at: now - .minutes(10 - job)))
    }
    schedule.add(setting.due(setting.ticket(100, at: now - .hours(9)), at: now + .minutes(1)))
    #expect(takeAll(&schedule, &setting, at: now) == [9, 8, 6, 4, 11, 1, 10])
  }

  @Test func `asks first for a job that comes to be urgent while it waits`() {
    var (setting, now) = (Setting(), Duration.hours(20))
    var schedule = schedule(Quota(calls: 21, per: .hours(1)), retention: .hours(10))
    for job in 0..<100 {
      let seen = now - (job == 90 ? .hours(5) - .minutes(30) : .hours(1))
      schedule.add(
        setting.due(setting.ticket(Int64(job), at: seen), at: now - .seconds(100 - job)))
    }
    let first = takeAll(&schedule, &setting, at: now)
    #expect(!first.isEmpty && !first.contains(90))
    now += .hours(1) + .minutes(10)
    #expect(takeAll(&schedule, &setting, at: now).first == 90)
  }

  @Test func `works off a backlog by how likely each job has ended`() {
    var (setting, schedule) = (Setting(), schedule())
    // Last seen at an age, so long ago: at 400 s none has ended, from 500 to 1500 s as many at every age.
    let rows: [(known: Double, ago: Int)] = [
      (0, 450), (400, 900), (600, 450), (400, 300), (900, 500), (1300, 20),
    ]
    let now = Duration.hours(1)
    for (job, row) in rows.enumerated() {
      let ticket = setting.ticket(Int64(job), known: row.known, at: now - .seconds(row.ago))
      schedule.add(setting.due(ticket, at: now - .seconds(job)))
    }
    schedule.spread(at: now, by: &setting.book)
    #expect(takeAll(&schedule, &setting, at: now) == [4, 1, 2, 3, 5, 0])
  }

  @Test func `lets a lost job wait for all others, whatever its record's deadline`() {
    var (setting, schedule) = (Setting(), schedule(retention: .hours(10)))
    let now = Duration.hours(20)
    var lost = setting.ticket(1, at: now - .hours(9))
    lost.forsake()
    schedule.add(setting.due(lost, at: now - .hours(2)))
    for job in 2...3 as ClosedRange<Int64> {
      schedule.add(setting.due(setting.ticket(job, at: now - .hours(1)), at: now - .minutes(1)))
    }
    schedule.spread(at: now, by: &setting.book)
    #expect(takeAll(&schedule, &setting, at: now).last == 1)
  }

  @Test func `takes a call that was not made for none`() {
    var (setting, schedule) = (Setting(), schedule(Quota(calls: 20, per: .hours(1))))
    for job in 0..<40 { schedule.add(setting.due(setting.ticket(Int64(job)), at: .zero)) }
    var taken: [Int64] = []
    while let ticket = schedule.take(at: .seconds(1), from: &setting.book), taken.count < 30 {
      schedule.withdraw(ticket)
      taken.append(ticket.job)
    }
    #expect(taken.count == 30)
  }

  @Test func `puts off a job whose call has become too dear, until it is due at that price`() {
    var setting = Setting()
    let ticket = setting.ticket(1, known: 600)
    let (cheap, dear) = (setting.planned(ticket, price: 5), setting.planned(ticket, price: 80))
    #expect(cheap.due < dear.due)
    var schedule = schedule(price: CallPrice(least: 80))
    schedule.add(cheap)
    #expect(schedule.readyAt(cheap.due) == cheap.due)
    #expect(schedule.take(at: cheap.due, from: &setting.book) == nil)
    #expect(schedule.count == 1)
    #expect(schedule.readyAt(cheap.due) == dear.due)
    #expect(takeAll(&schedule, &setting, at: dear.due) == [1])
  }

  @Test func `does not put off what is no plan's, nor a probe`() {
    var (setting, schedule) = (Setting(), schedule(price: CallPrice(least: 80)))
    schedule.add(setting.due(setting.ticket(1, known: 600), at: .seconds(3)))
    #expect(takeAll(&schedule, &setting, at: .seconds(3)) == [1])
    let cheap = setting.planned(setting.ticket(2, known: 600), price: 5)
    schedule.add(cheap)
    #expect(schedule.readyAt(.zero, isUrgent: true) == cheap.due)
    #expect(schedule.take(at: cheap.due, from: &setting.book, isUrgent: true)?.job == 2)
  }

  @Test func `asks early with calls to spare, only where the quota makes calls dear`() {
    // At 80 s a call the one job asks for about as many calls as eleven an hour.
    for (quota, price, isEarly) in [
      (Quota(calls: 12, per: .hours(1)), CallPrice(least: 20, value: 80), true),
      (Self.quota, CallPrice(least: 80), false),
    ] {
      var (setting, schedule) = (Setting(), schedule(quota, price: price))
      let ticket = setting.ticket(1, known: 600)
      let (early, due) = (
        setting.planned(ticket, price: 10).due, setting.planned(ticket, price: 80).due
      )
      schedule.add(setting.planned(ticket, price: 80))
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
    var setting = Setting()
    let quota = Quota(calls: 13_264, per: .minutes(1))
    var schedule = schedule(quota, price: CallPrice(least: 1, value: 50))
    let rate = schedule.budget.rate
    for job in 0..<20_000 {
      schedule.add(setting.due(setting.ticket(Int64(job)), at: .seconds(1)))
    }
    for second in 1...55 {
      let taken = takeAll(&schedule, &setting, at: .seconds(second)).count
      #expect(abs(Double(taken) - (second == 1 ? 5 * rate : rate)) <= 2)
    }
    // Nothing is due; half a burst stays for what may come.
    _ = schedule.remove(Set(0..<20_000))
    let now = Duration.minutes(10)
    for job in 0..<3000 {
      let ticket = setting.ticket(Int64(job), known: 600, at: now - .seconds(400))
      schedule.add(setting.planned(ticket, price: 5000))
    }
    let early = takeAll(&schedule, &setting, at: now).count
    #expect(early > 0 && Double(early) <= 2.5 * rate + 1)
    for job in 10_000..<10_400 {
      schedule.add(setting.due(setting.ticket(Int64(job), at: now), at: now))
    }
    #expect(takeAll(&schedule, &setting, at: now).count == 400)
  }
}

import JobWatchCore
import Testing

@testable import PollPlanning

@Suite struct `The order of a backlog` {
  @Test func `asks first for the nearest deadline of those unseen for half of the retention`() {
    var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule(retention: .hours(10)))
    let now = Duration.hours(20)
    // By the hours since they were last seen; ten are too many to save anything.
    for (job, hours) in [4, 6, 9, 11, 1, 8, 10].enumerated() {
      let poll = setting.poll(Int64(hours), at: now - .hours(hours))
      schedule.add(setting.due(poll, at: now - .minutes(10 - job)))
    }
    schedule.add(setting.due(setting.poll(100, at: now - .hours(9)), at: now + .minutes(1)))
    #expect(setting.takeAll(&schedule, at: now) == [9, 8, 6, 4, 11, 1, 10])
  }

  @Test func `asks first for a job that comes to be urgent while it waits`() {
    var (setting, now) = (ScheduleSetting(), Duration.hours(20))
    var schedule = ScheduleSetting.schedule(Quota(calls: 21, per: .hours(1)), retention: .hours(10))
    for job in 0..<100 {
      let seen = now - (job == 90 ? .hours(5) - .minutes(30) : .hours(1))
      schedule.add(setting.due(setting.poll(Int64(job), at: seen), at: now - .seconds(100 - job)))
    }
    let first = setting.takeAll(&schedule, at: now)
    #expect(!first.isEmpty && !first.contains(90))
    now += .hours(1) + .minutes(10)
    #expect(setting.takeAll(&schedule, at: now).first == 90)
  }

  @Test func `works off a backlog by how likely each job has ended`() {
    var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule())
    // Last seen at an age, so long ago: at 400 s none has ended, from 500 to 1500 s as many at every age.
    let rows: [(known: Double, ago: Int)] = [
      (0, 450), (400, 900), (600, 450), (400, 300), (900, 500), (1300, 20),
    ]
    let now = Duration.hours(1)
    for (job, row) in rows.enumerated() {
      let poll = setting.poll(Int64(job), known: row.known, at: now - .seconds(row.ago))
      schedule.add(setting.due(poll, at: now - .seconds(job)))
    }
    schedule.reorderBacklog(at: now, by: &setting.book)
    #expect(setting.takeAll(&schedule, at: now) == [4, 1, 2, 3, 5, 0])
  }

  @Test func `lets a lost job wait for all others, whatever its record's deadline`() {
    var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule(retention: .hours(10)))
    let now = Duration.hours(20)
    var lost = setting.poll(1, at: now - .hours(9))
    lost.markLost()
    schedule.add(setting.due(lost, at: now - .hours(2)))
    for job in 2...3 as ClosedRange<Int64> {
      schedule.add(setting.due(setting.poll(job, at: now - .hours(1)), at: now - .minutes(1)))
    }
    schedule.reorderBacklog(at: now, by: &setting.book)
    #expect(setting.takeAll(&schedule, at: now).last == 1)
  }
}

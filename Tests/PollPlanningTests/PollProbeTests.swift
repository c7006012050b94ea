import JobWatchCore
import TestTraits
import Testing

@testable import PollPlanning

@Suite(.aside) struct `A probe` {
  private func choice(failed jobs: [Int64]) -> ProbeChoice {
    var (streak, choice) = (FailureStreak(), ProbeChoice())
    for job in jobs { _ = streak.fail(job, watched: 9) }
    choice.avoid(streak)
    return choice
  }

  /// Jobs 1, 2 and 3 are due, in this order; 4 will be in an hour.
  private func schedule(_ setting: ScheduleSetting) -> PollSchedule {
    var schedule = ScheduleSetting.schedule()
    for job in 1...3 {
      schedule.add(setting.due(setting.poll(Int64(job)), at: .seconds(job)))
    }
    schedule.add(setting.due(setting.poll(4), at: .hours(1)))
    return schedule
  }

  @Test(
    "is made with another job than failed, and with the last one only if there is no other",
    arguments: [
      ([], 1), ([1], 2), ([1, 2], 3), ([2], 1), ([1, 2, 3], 4), ([1, 2, 3, 4], 1),
      ([4, 3, 2, 1], 2),
    ] as [([Int64], Int64)])
  func other(_ failed: [Int64], _ probed: Int64) {
    var setting = ScheduleSetting()
    var schedule = schedule(setting)
    let choice = choice(failed: failed)
    #expect(schedule.readyAt(.seconds(9), probe: choice) ?? .hours(9) <= .seconds(9))
    let poll = schedule.take(at: .seconds(9), from: &setting.book, probe: choice)
    #expect(poll?.job == probed)
    #expect(schedule.count == 3 && schedule.demand == 0)
    let rest = Set(schedule.remove([1, 2, 3, 4]).map(\.job))
    #expect(rest == Set([1, 2, 3, 4]).subtracting([probed]))
  }

  @Test func `of a lone job waits for its time`() {
    var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule())
    schedule.add(setting.due(setting.poll(1), at: .seconds(20)))
    let choice = choice(failed: [1])
    #expect(schedule.readyAt(.seconds(9), probe: choice) == .seconds(20))
    #expect(schedule.take(at: .seconds(9), from: &setting.book, probe: choice) == nil)
  }

  @Test func `takes a planned job out with its demand`() {
    var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule())
    schedule.add(setting.due(setting.poll(1), at: .zero))
    schedule.add(setting.planned(setting.poll(2, known: 600), price: 5))
    let taken = schedule.take(at: .seconds(1), from: &setting.book, probe: choice(failed: [1]))
    #expect(taken?.job == 2 && schedule.demand == 0 && schedule.count == 1)
  }

  @Test(
    "is brought forward: the job that was answered last, or the next that has not failed",
    arguments: [
      ("2+ 1-", [2]), ("1-", [3]), ("1- 3-", [2]), ("1- 2- 3-", []), ("3- 2+ 1-", [2]),
      ("7+ 1-", [3]), ("3- 7+ 1-", [2]),
    ] as [(String, [Int64])])
  func hasten(_ story: String, _ asked: [Int64]) throws {
    var (setting, schedule) = (ScheduleSetting(), ScheduleSetting.schedule())
    schedule.add(setting.due(setting.poll(1), at: .seconds(3)))
    schedule.add(setting.planned(setting.poll(2, known: 600), price: 80))
    schedule.add(setting.due(setting.poll(3), at: .seconds(4)))
    var streak = FailureStreak()
    for step in story.split(separator: " ") {
      let job = try #require(Int64(step.dropLast()))
      if step.last == "+" { streak.succeed(job) } else { _ = streak.fail(job, watched: 3) }
    }
    schedule.hasten(otherThan: ProbeChoice(streak), at: .seconds(2))
    schedule.hasten(otherThan: ProbeChoice(streak), at: .seconds(2))
    #expect(setting.takeAll(&schedule, at: .seconds(2)) == asked)
    #expect(schedule.count == 3 - asked.count)
  }
}

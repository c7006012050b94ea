import JobWatchCore
import Testing

@Suite struct `A streak of failures` {
  /// What happens, in order: `3-` a failure of job 3, `3!` one of the endpoint, `3+` an answer for it, `3.` it ended.
  struct Story: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var watched: Int
    var steps: String
    /// Of the last step, or of any.
    var blames: [FailureStreak.Blame]

    init(_ name: String, watched: Int, _ steps: String, _ blames: FailureStreak.Blame...) {
      (testDescription, self.watched, self.steps, self.blames) = (name, watched, steps, blames)
    }

    static let all: [Story] = [
      Story("one job, over and over", watched: 9, "1- 1- 1- 1-", .job, .job, .unsure, .unsure),
      Story("two jobs, over and over", watched: 9, "1- 2- 1- 2-", .job, .job, .unsure, .unsure),
      Story("three jobs", watched: 9, "1- 2- 3-", .job, .job, .service),
      Story("three jobs, one of them twice", watched: 9, "1- 1- 2- 3-", .job, .job, .unsure, .service),
      Story("a lone job", watched: 1, "1- 1- 1-", .job, .job, .service),
      Story("both of two jobs", watched: 2, "1- 2- 1-", .job, .job, .service),
      Story("one of two jobs", watched: 2, "1- 1- 1- 1-", .job, .job, .unsure, .unsure),
      Story("an answer in between", watched: 9, "1- 2- 4+ 3-", .job, .job, .job),
      Story("odd jobs beside a good one", watched: 4, "1- 2- 4+ 1- 2- 1- 2-", .job, .job, .job, .job, .job, .job),
      Story("odd jobs that are alone", watched: 2, "1- 2- 4+ 4. 1- 2- 1-", .job, .job, .job, .job, .job),
      Story("an odd job that was answered counts again", watched: 3, "1- 4+ 1+ 1- 2- 4-", .job, .job, .job, .service),
      Story(
        "three bad jobs and a good one, which is asked before all are blamed", watched: 4,
        "4+ 1- 2- 3- 1- 4+ 1-", .job, .job, .unsure, .unsure, .job),
      Story(
        "three jobs and the one that was answered last", watched: 4, "4+ 1- 2- 3- 4-", .job, .job,
        .unsure, .service),
      Story(
        "three jobs, and the one that was answered last is gone", watched: 4, "4+ 4. 1- 2- 3-",
        .job, .job, .service),
      Story("no connection for three jobs", watched: 4, "4+ 1! 2! 3!", .job, .job, .service),
      Story("no connection for one job, over and over", watched: 4, "4+ 1! 1! 1!", .job, .job, .unsure),
      Story(
        "no connection makes no job odd", watched: 4, "1! 2! 4+ 1! 2! 3!", .job, .job, .job, .job,
        .service),
      Story("no connection counts for odd jobs too", watched: 4, "1- 2- 4+ 1! 2! 3!", .job, .job, .job, .job, .service),
    ]
  }

  @Test(
    "never blames it for fewer than three jobs, where an answer names one", arguments: [1, 2, 3])
  func few(_ jobs: Int64) {
    var streak = FailureStreak(neverFewer: true)
    var blames: [FailureStreak.Blame] = []
    for _ in 1...4 {
      for job in 1...jobs { blames.append(streak.fail(job, watched: Int(jobs))) }
    }
    #expect(blames.contains(.service) == (jobs == 3))
    for job in 1...jobs { #expect(streak.isOfJob(job) == (jobs < 3)) }
  }

  @Test("blames the service for different jobs only", arguments: Story.all)
  func blame(_ story: Story) throws {
    var (streak, blames) = (FailureStreak(), [FailureStreak.Blame]())
    for step in story.steps.split(separator: " ") {
      let job = try #require(Int64(step.dropLast()))
      switch step.last {
      case "-": blames.append(streak.fail(job, watched: story.watched))
      case "!": blames.append(streak.fail(job, watched: story.watched, isOfEndpoint: true))
      case "+": streak.succeed(job)
      default: streak.forget(job)
      }
    }
    #expect(blames == story.blames)
  }

  @Test func `of fifty bad jobs never blames the service once a good one was answered`() {
    var streak = FailureStreak()
    for job in 1...50 { _ = streak.fail(Int64(job), watched: 51) }
    streak.succeed(99)
    #expect(streak.odd.count == 50 && streak.failing.isEmpty)
    for _ in 0..<20 {
      for job in 1...50 { #expect(streak.fail(Int64(job), watched: 51) == .job) }
      streak.succeed(99)
    }
    // Nor when the good one has ended.
    streak.forget(99)
    for job in 1...50 { #expect(streak.fail(Int64(job), watched: 50) == .job) }
  }

  @Test func `counts as many jobs and answers as it is told to`() {
    var first = FailureStreak(answers: 1)
    #expect(first.fail(1, watched: 1) == .service)
    var one = FailureStreak(jobs: 1, answers: 1)
    #expect(one.fail(1, watched: 100) == .service)
    var many = FailureStreak(jobs: 10, answers: 10)
    for job in 1...9 { #expect(many.fail(Int64(job), watched: 100) == .job) }
    #expect(many.fail(10, watched: 100) == .service)
  }
}

import JobWatchCore
import Testing

@testable import JobWatchDaemon

@Suite struct `A lane` {
  @Test func `looks at parked jobs again when the account's project changes, at each once`() throws
  {
    let account = Account(name: "prod", region: "eu-de")
    let lane = try #require(Configuration().lanes(of: account).first)
    lane.note(project: "one", at: .zero)
    var book = DurationBook()
    let law = book.id(of: DurationKey(service: "ecs", jobType: "", region: "eu-de"))
    let tickets = [1, 2].map {
      ScheduledPoll(
        job: $0, law: law, salt: 0, span: WatchedSpan(), isWatched: false, knownAt: .zero)
    }
    lane.parked = Dictionary(uniqueKeysWithValues: tickets.map { ($0.job, $0) })
    lane.note(project: "one", at: .zero)
    #expect(lane.schedule.count == 0)
    // Submitted again.
    lane.add(tickets[0])
    lane.note(project: "another", at: .zero)
    #expect(lane.schedule.count == 2)
    #expect(lane.parked.isEmpty)
  }

  @Test(
    "finds a dead endpoint out with other jobs than the one that fails, though none is due",
    arguments: [true, false])
  func otherJobs(_ isOfEndpoint: Bool) throws {
    let lane = try lane(with: 1...4, due: .hours(1))
    var book = DurationBook()
    var credential = CircuitBreaker(threshold: 1, waits: [])
    var (blames, failed) = ([FailureStreak.Blame](), Int64(1))
    _ = lane.schedule.remove([1])
    for second in 1...5 {
      let now = Duration.seconds(second)
      blames.append(lane.fail(failed, \.unanswered, isOfEndpoint: isOfEndpoint, at: now))
      guard second >= 3, let (next, _) = lane.take(&credential, &book, at: now) else { continue }
      failed = next.job
    }
    #expect(blames == [.job, .job, .unsure, .unsure, .service])
  }

  @Test(
    "counts no job as suddenly gone that was never shown, while others are, nor one that was gone",
    arguments: [
      (0, 9, 0, true), (1, 9, 0, false), (0, 0, 9, false), (9, 0, 0, true), (9, 50, 0, true),
    ])
  func crowds(_ shown: Int, _ unshown: Int, _ returned: Int, _ isMass: Bool) throws {
    let lane = try lane(with: 1...Int64(shown + unshown + returned), due: .hours(1))
    let jobs = (1...Int64(shown + unshown + returned)).map { $0 }
    lane.unshown = Set(jobs.dropFirst(shown).prefix(unshown))
    lane.returned = Set(jobs.suffix(returned))
    let absent = shown == 1 ? jobs.dropFirst() : jobs[...]
    for second in [0, 90] {
      for job in absent { _ = lane.absent(job, at: .seconds(second)) }
    }
    #expect(lane.absences.isMass == isMass)
  }

  private func lane(with jobs: ClosedRange<Int64>, due: Duration) throws -> Lane {
    let account = Account(name: "prod", region: "eu-de")
    let lane = try #require(Configuration().lanes(of: account).first)
    var book = DurationBook()
    let law = book.id(of: DurationKey(service: "ecs", jobType: "", region: "eu-de"))
    for job in jobs {
      var ticket = ScheduledPoll(
        job: job, law: law, salt: 0, span: WatchedSpan(), isWatched: false, knownAt: .zero)
      ticket.plan(at: due)
      lane.schedule.add(ticket)
    }
    return lane
  }
}

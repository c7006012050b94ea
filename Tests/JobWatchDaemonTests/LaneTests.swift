import Testing

@testable import JobWatchCore
@testable import JobWatchDaemon

@Suite struct `A lane` {
  @Test func `notices that the account's project has changed, once`() throws {
    let (lane, _) = try lane(with: 1...1)
    #expect(["one", "one", "another", "another"].map(lane.note) == [true, false, true, false])
  }

  @Test(
    "finds a dead endpoint out with other jobs than the one that fails, though none is due",
    arguments: [true, false])
  func otherJobs(_ isOfEndpoint: Bool) throws {
    var (lane, queue) = try lane(with: 1...4)
    var credential = CircuitBreaker(threshold: 1, waits: [])
    var (blames, failed) = ([FailureStreak.Blame](), Int64(1))
    _ = queue.lines[lane.place.index].schedule.remove([1])
    for second in 1...5 {
      let now = Duration.seconds(second)
      blames.append(
        lane.fail(failed, \.unanswered, isOfEndpoint: isOfEndpoint, &queue, at: now))
      guard second >= 3, let (next, _) = lane.take(&credential, &queue, at: now) else { continue }
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
    let (lane, queue) = try lane(with: 1...Int64(shown + unshown + returned))
    let jobs = (1...Int64(shown + unshown + returned)).map { $0 }
    lane.unshown = Set(jobs.dropFirst(shown).prefix(unshown))
    lane.returned = Set(jobs.suffix(returned))
    let absent = shown == 1 ? jobs.dropFirst() : jobs[...]
    for second in [0, 90] {
      for job in absent {
        _ = lane.absent(job, of: queue.watched(lane.place), at: .seconds(second))
      }
    }
    #expect(lane.absences.isMass == isMass)
  }

  /// With jobs that are due in an hour.
  private func lane(with jobs: ClosedRange<Int64>) throws -> (Lane, PollQueue) {
    let configuration = Configuration(accounts: [Account(name: "prod", region: "eu-de")])
    var queue = configuration.pollQueue
    let key = EndpointKey(account: "prod", service: "ecs")
    let lane = try #require(configuration.lanes(in: queue)[key])
    let now = Moment(wall: Timestamp(milliseconds: 1_795_000_000_000), uptime: .zero)
    let type = DurationKey(service: "ecs", jobType: "", region: "eu-de")
    let rows = jobs.map { job in
      ScheduledJob(
        id: job, endpoint: key, type: type, salt: 0, state: .running, span: WatchedSpan(),
        isWatched: false, knownAt: now.wall, dueAt: now.wall + .hours(1))
    }
    queue.add(rows, at: now)
    return (lane, queue)
  }
}

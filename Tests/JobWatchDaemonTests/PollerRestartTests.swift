import CloudAPI
import Foundation
import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon
@testable import PollPlanning

@Suite struct `A poller that is started again` {
  @Test(.timeLimit(.minutes(10)))
  func `knows what the one before knew, and plans what it planned`() async throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let store = try Store(path: directory.database)
    let clock = Mutex(Moment(wall: Timestamp(milliseconds: 1_795_000_000_000), uptime: .hours(1)))
    let begun = clock.withLock(\.wall)
    try await store.register((0..<30).map { .registered("job\($0)", at: begun) })

    let first = try poller(store, begun) { clock.withLock { $0 } }
    for minute in 0..<12 {
      // Each answer is settled before the next moment: what is under way at the end is not on record.
      clock.withLock { $0 = $0 + .minutes(minute == 0 ? 0 : 1) }
      repeat {
        _ = try await first.work(at: clock.withLock { $0 })
        await Task.yield()
      } while await first.hasWork(at: clock.withLock(\.uptime))
    }
    await first.finish()
    // As after a boot.
    clock.withLock { $0.uptime = .seconds(5) }
    let second = try poller(store, begun) { clock.withLock { $0 } }
    try await second.load(at: clock.withLock { $0 })

    let (before, after) = (await first.plans(.hours(1) + .minutes(11)), await second.plans(.seconds(5)))
    #expect(before.dues.count > 5 && before.dues.count < 30)
    #expect(after.dues == before.dues)
    #expect(after.models == before.models)
    #expect(before.models.values.map(\.completions).reduce(0, +) == 30 - before.dues.count)
    try store.close()
  }

  /// Of a cloud where the jobs, of two types, end one after the other.
  private func poller(_ store: Store, _ begun: Timestamp, _ clock: @escaping Clock) throws -> Poller {
    var setup = PollerSetup()
    setup.clock = clock
    // No call waits for the clock, which stands still between the answers.
    setup.configuration.accounts[0].quota = Quota(calls: 10_000, per: .seconds(1))
    return try setup.poller(store) { request, _, _ async throws(HTTPFailure) in
      let id = request.url.split(separator: "/").last.map(String.init) ?? ""
      let number = Int(id.dropFirst(3)) ?? 0
      let end = begun + .seconds(40 * (number + 1))
      let hasEnded = clock().wall >= end
      let body = """
        {"job_id": "\(id)", "job_type": "\(number % 2 == 0 ? "createServer" : "deleteServer")",
         "status": "\(hasEnded ? "SUCCESS" : "RUNNING")", "begin_time": "\(begun.description)",
         "end_time": "\(hasEnded ? end.description : "")"}
        """
      return HTTPResponse(status: 200, body: Array(body.utf8))
    }
  }
}

extension Moment {
  fileprivate static func + (moment: Moment, span: Duration) -> Moment {
    Moment(wall: moment.wall + span, uptime: moment.uptime + span)
  }
}

extension Poller {
  /// Whether a call is under way or due.
  fileprivate func hasWork(at uptime: Duration) -> Bool {
    state.queue.queues.contains {
      !$0.inFlight.isEmpty || $0.schedule.first.map { $0.due <= uptime } ?? false
    }
  }

  /// What it plans, counted from now, and what it knows, once it has looked at it anew.
  fileprivate func plans(_ uptime: Duration) -> (dues: [Int64: Duration], models: [String: DurationModel]) {
    var (dues, models) = ([Int64: Duration](), [String: DurationModel]())
    var queue = state.queue
    for index in queue.queues.indices {
      while let poll = queue.queues[index].schedule.first {
        dues[poll.job] = poll.due - uptime
        _ = queue.queues[index].schedule.remove([poll.job])
        let knowledge = queue.knowledge(of: poll, at: uptime + .hours(1))
        models[knowledge.key.jobType] = knowledge.model
      }
    }
    return (dues, models)
  }
}

import JobWatchCore
import Testing

@testable import PollPlanning

@Suite struct `A job on its way into the queue` {
  /// As its row has it, and what its first poll is.
  struct Entry: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var job: ScheduledJob
    /// Nil: as it is planned.
    var due: Duration?
    /// Its due time follows from a price.
    var isPlanned = false
    /// It waits behind the others, and the price leaves room for it.
    var isPatient = false
    var isCounted = true
  }

  static let entries = [
    Entry(
      testDescription: "not asked for yet, of a known type",
      job: PollQueueSetting.job(1, due: .seconds(3), known: 0, isFresh: true, isSeen: false), isPlanned: true),
    Entry(
      testDescription: "not asked for yet, of an unknown type",
      job: PollQueueSetting.job(
        1, due: .seconds(3), type: DurationKey(service: "ecs", jobType: "", region: "eu-de"),
        known: 0, isFresh: true, isSeen: false), due: .seconds(3), isPatient: true),
    Entry(
      testDescription: "doubted before it was shown",
      job: PollQueueSetting.job(1, due: .seconds(3), known: 0, isSeen: false, isAbsent: true),
      due: .seconds(3), isPatient: true, isCounted: false),
    Entry(
      testDescription: "running", job: PollQueueSetting.job(1, due: .seconds(3)), due: .seconds(3), isPlanned: true),
    Entry(
      testDescription: "running, and doubted",
      job: PollQueueSetting.job(1, due: .seconds(3), isAbsent: true), due: .seconds(3)),
    Entry(
      testDescription: "submitted again",
      job: PollQueueSetting.job(1, due: .seconds(3), state: .registered), due: .seconds(3)),
    Entry(testDescription: "lost", job: PollQueueSetting.job(1, due: .seconds(3), state: .lost), due: .seconds(3)),
    Entry(
      testDescription: "awaiting its payment",
      job: PollQueueSetting.job(1, due: .seconds(3), state: .awaitingPayment), due: .seconds(3)),
    Entry(
      testDescription: "due by a clock that was ahead, also after a start that follows soon",
      job: PollQueueSetting.job(1, due: .days(9)), due: .zero),
    Entry(
      testDescription: "seen by a clock that was ahead",
      job: {
        var job = PollQueueSetting.job(1, due: .seconds(3))
        job.knownAt = job.knownAt + .minutes(1)
        return job
      }(), due: .zero),
    Entry(
      testDescription: "overdue for longer than any record is kept",
      job: PollQueueSetting.job(1, due: .days(-90)), due: .days(-30), isPlanned: true),
  ]

  @Test("is due when its row says, or when its plan does", arguments: entries)
  func entry(_ entry: Entry) throws {
    var setting = PollQueueSetting()
    setting.add(entry.job)
    let poll = try #require(setting.queue.first(setting.endpoint))
    let plan = setting.queue.plan(of: PollQueueSetting.type, price: 5, at: .zero)
    #expect(poll.due == entry.due ?? plan.gap(after: 0, jitterSeed: 1))
    #expect(poll.isPlanned == entry.isPlanned)
    #expect((poll.isPatient, poll.isCounted) == (entry.isPatient, entry.isCounted))
    #expect(poll.isLost == entry.job.isLost)
  }

  @Test func `keeps its due time where that is a deadline, whatever the price`() throws {
    var setting = PollQueueSetting()
    var job = PollQueueSetting.job(1, due: .seconds(40))
    job.expectWithin = .seconds(140)
    setting.add(job)
    let poll = try #require(setting.queue.first(setting.endpoint))
    #expect(poll.due == .seconds(40) && !poll.isPlanned)
  }

  @Test func `is counted with all others before the first is planned`() {
    var (one, each) = (PollQueueSetting(), PollQueueSetting())
    let jobs = (1...40).map {
      PollQueueSetting.job($0, known: Double(100 * $0), isFresh: true)
    }
    one.queue.enroll(Array(jobs.prefix(20)), at: PollQueueSetting.moment(.zero))
    one.queue.enroll(Array(jobs.suffix(20)), at: PollQueueSetting.moment(.zero))
    #expect(one.queue.count == 0)
    one.queue.admit(at: .zero)
    each.queue.add(jobs, at: PollQueueSetting.moment(.zero))
    #expect(one.queue.count == 40)
    while let (left, right) = one.pair(each) {
      #expect(left.job == right.job && left.due == right.due)
      _ = (one.remove(left), each.remove(right))
    }
  }

  @Test("is asked for at the one gap that a user wants", arguments: [true, false])
  func fixed(_ isFresh: Bool) throws {
    var setting = PollQueueSetting(polling: PollPolicy(fixed: .hours(9)))
    setting.add(PollQueueSetting.job(1, due: .hours(8), isFresh: isFresh))
    let poll = try #require(setting.queue.first(setting.endpoint))
    #expect(poll.due == .hours(8) && !poll.isPlanned)
  }
}

extension PollQueueSetting {
  fileprivate func pair(_ other: PollQueueSetting) -> (ScheduledPoll, ScheduledPoll)? {
    guard let one = queue.first(endpoint), let two = other.queue.first(other.endpoint) else { return nil }
    return (one, two)
  }

  fileprivate mutating func remove(_ poll: ScheduledPoll) {
    _ = queue.queues[endpoint.index].schedule.remove([poll.job])
  }
}

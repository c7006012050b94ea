import JobWatchCore
import Testing

@testable import PollPlanning

@Suite struct `A poll at the end that a job's submitter expects` {
  @Test func `is put off beyond that time by no price`() {
    var book = DurationBook()
    let law = book.id(of: DurationKey(service: "ecs", jobType: "createServer", region: "eu-de"))
    for (deadline, isPlanned) in [(nil, true), (Duration.seconds(90), false), (.days(9), true)] {
      var poll = ScheduledPoll(
        job: 1, endpoint: PollQueue.Endpoint(number: 0), type: law, jitterSeed: 2,
        span: WatchedSpan(known: 60), isWatched: true,
        knownAt: .hours(1))
      poll.setDeadline(deadline)
      poll.plan(by: book.plan(of: law, price: 3600, at: .zero))
      #expect(poll.isPlanned == isPlanned)
      #expect((poll.due == .hours(1) + .seconds(30)) == !isPlanned)
    }
  }
}

@Suite struct `A poll in the queue` {
  @Test func `takes 56 bytes`() {
    #expect(MemoryLayout<ScheduledPoll>.stride == 56)
  }
}

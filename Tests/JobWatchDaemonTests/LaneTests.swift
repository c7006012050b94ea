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
      PollTicket(
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
}

import Testing

@testable import JobWatchDaemon

@Suite struct `A lane` {
  @Test func `looks at parked jobs again when the account's project changes, at each once`() throws
  {
    let account = Account(name: "prod", region: "eu-de")
    var lane = try #require(Configuration().lanes(of: account).first)
    lane.note(project: "one", at: .zero)
    lane.parked = [1, 2]
    lane.note(project: "one", at: .zero)
    #expect(lane.schedule.isEmpty)
    // Submitted again.
    lane.add(1, due: .zero)
    lane.note(project: "another", at: .zero)
    #expect(lane.schedule.unordered.map(\.job).sorted() == [1, 2])
    #expect(lane.parked.isEmpty)
  }
}

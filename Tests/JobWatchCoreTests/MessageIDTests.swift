import JobWatchCore
import Testing

@Suite struct `A message's id` {
  @Test func `is one for each kind of event, and another for each line that is looked up`() {
    let ofEvents = EventKind.allCases.map(MessageID.init)
    #expect(Set(ofEvents).count == EventKind.allCases.count)
    let ofLines: Set<MessageID> = [
      .running, .loopFailed, .loopRecovered, .loopStalled, .reloaded, .reloadRefused, .cannotRun,
    ]
    #expect(ofLines.union(ofEvents) == Set(MessageID.allCases))
    #expect(ofLines.isDisjoint(with: ofEvents))
  }

  /// 128 bits as systemd writes them; of a random one, version and variant are fixed (RFC 9562, 5.4).
  @Test("is a random UUID without hyphens", arguments: MessageID.allCases)
  func form(_ id: MessageID) {
    #expect(id.rawValue.wholeMatch(of: /[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}/) != nil)
  }

  /// Who searches and alerts by an id relies on it.
  @Test func `does not change`() {
    #expect(MessageID(.jobFailed).rawValue == "67e7ebbf8a1142c099f7b4525c5da8d5")
    #expect(MessageID(.jobLost).rawValue == "de1463a8669d496b950f789aee7835e4")
    #expect(MessageID(.jobAtRisk).rawValue == "187b2731ac6d45ff99d7437fedec7210")
  }
}

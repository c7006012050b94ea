import JobWatchCore
import Testing

@testable import JobWatchDaemon

@Suite struct `The log of troubles` {
  private let start = Timestamp(milliseconds: 1_795_000_000_000)

  @Test func `tells a lane what was in its way, everywhere, at its account and at itself`() {
    let log = TroubleLog()
    let places: [TroubleLog.Place] = [
      .everywhere, .account("a"), .account("b"), .lane(EndpointKey(account: "a", service: "ecs")),
      .lane(EndpointKey(account: "a", service: "dcs")),
    ]
    for place in places { log.begin(place, "kind", at: start, cause: "\(place)") }
    let gaps = log.gaps(EndpointKey(account: "a", service: "ecs"), at: start + .hours(1))
    #expect(gaps.map(\.cause) == [0, 1, 3].map { "\(places[$0])" })
  }

  @Test func `keeps a stop of the daemon in mind while many accounts are in trouble`() {
    let log = TroubleLog()
    log.begin(.everywhere, "stopped", at: start, cause: "jobwatch was not running")
    log.end(.everywhere, "stopped", at: start + .minutes(5))
    for account in 0..<60 {
      log.begin(.account("\(account)"), "refused", at: start + .hours(1), cause: "refused")
    }
    let gaps = log.gaps(EndpointKey(account: "0", service: "ecs"), at: start + .hours(2))
    #expect(gaps.map(\.cause) == ["jobwatch was not running", "refused"])
  }
}

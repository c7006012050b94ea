import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `Jobs for which a service has no answer of use` {
  private static var settings: Testbed.Settings {
    var settings = Testbed.Settings()
    settings.keys["polling"] = "{floor: 200ms, ceiling: 1s}"
    settings.keys["breaker"] = "{grace: 1s, longest_probe: 2s}"
    settings.keys["probes"] = "[500ms]"
    settings.account["quota"] = "{calls: 500, per: 1s}"
    return settings
  }

  @Test(
    "are told as an outage when there are no others, once, and as odd once there are",
    .timeLimit(.minutes(10)), arguments: [3, 5])
  func alone(_ number: Int) async throws {
    try await Testbed.run(Self.settings) { bed in
      let daemon = try await bed.startDaemon()
      let ids = (0..<number).map { _ in PlannedJob.newID() }
      let body = #"{"error_code": "DBS.200011", "error_msg": "The job does not exist."}"#
      for id in ids { bed.cloud.answer(Reply(status: 404, body: Array(body.utf8)), toQuestionsFor: id) }
      try bed.place.drop(ids.map { "rds \($0)" }.joined(separator: "\n") + "\n", as: UUID().uuidString)
      let down = try await within(.seconds(30), "endpoint.down") {
        try await bed.log.first(.endpointDown)
      }
      #expect(down.data.cause?.contains("DBS.200011") == true)
      let good = PlannedJob.succeeding(.rds, after: .seconds(1))
      try bed.submit([good])
      try await within(.seconds(20), "the end of the good job") { try await bed.told([good]) }
      for id in ids {
        _ = try await within(.seconds(30), "job.unrecognised") {
          try await bed.log.first(.jobUnrecognised, of: id)
        }
      }
      // Nothing of the service has changed: what is left are the odd ones.
      let ended = Testbed.clock()
      try await within(.seconds(30), "some rounds") {
        var calls = 0
        for await call in bed.cloud.log.stream() where call.time > ended {
          calls += 1
          if calls == 6 * number { return }
        }
      }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.endpointDown).count == 1)
      #expect(try bed.log.all(.endpointUp).count == 1)
      #expect(try bed.log.all(.jobUnrecognised).count == number)
    }
  }
}

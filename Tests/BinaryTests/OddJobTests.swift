import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `Jobs for which a service has no answer of use` {
  struct Trouble: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var status: Int
    var body: String

    static let unknownCode = Trouble(
      testDescription: "404 with an unknown code", status: 404,
      body: #"{"error_code": "DBS.200011", "error_msg": "The job does not exist."}"#)
    static let all = [
      unknownCode,
      Trouble(
        testDescription: "400 with an unknown code", status: 400,
        body: #"{"badRequest": {"code": 400, "message": "Bad job."}}"#),
      Trouble(
        testDescription: "500 with a code", status: 500,
        body: #"{"errCode": "DBS.200999", "externalMessage": "Server failure."}"#),
      Trouble(
        testDescription: "503 with a code", status: 503,
        body: #"{"error_code": "DBS.200998", "error_msg": "No backend for this job."}"#),
      Trouble(testDescription: "404 with a page", status: 404, body: "<html>Not found</html>"),
      Trouble(
        testDescription: "403", status: 403, body: #"{"error": {"code": "DBS.201003", "message": "Not yours."}}"#),
    ]

    var reply: Reply { Reply(status: status, body: Array(body.utf8)) }
  }

  private static var settings: Testbed.Settings {
    var settings = Testbed.Settings()
    settings.keys["polling"] = "{floor: 200ms, ceiling: 1s}"
    settings.keys["breaker"] = "{grace: 1s, longest_probe: 2s}"
    settings.keys["probes"] = "[500ms]"
    settings.account["quota"] = "{calls: 500, per: 1s}"
    return settings
  }

  private func odd(_ number: Int, _ trouble: Trouble, in bed: Testbed) throws -> [String] {
    let ids = (0..<number).map { _ in PlannedJob.newID() }
    for id in ids { bed.cloud.answer(trouble.reply, toQuestionsFor: id) }
    // Of files that are there at once the first name is taken first: what a test has submitted before comes before. The
    // first fifty that fail, one after the other, are an outage.
    try bed.place.drop(ids.map { "rds \($0)" }.joined(separator: "\n") + "\n", as: "z" + UUID().uuidString)
    return ids
  }

  private static let health: [EventKind] = [
    .endpointDown, .endpointUp, .accountPaused, .accountResumed,
  ]

  @Test(
    "are told once each, and keep a good job of the same service from nothing",
    .timeLimit(.minutes(10)), arguments: Trouble.all, [2, 50])
  func besideGood(_ trouble: Trouble, _ number: Int) async throws {
    try await Testbed.run(Self.settings) { bed in
      let daemon = try await bed.startDaemon()
      let good = PlannedJob.succeeding(.rds, after: .days(1))
      try bed.submit([good])
      let ids = try odd(number, trouble, in: bed)
      for id in ids {
        _ = try await within(.seconds(60), "job.unrecognised") {
          try await bed.log.first(.jobUnrecognised, of: id)
        }
      }
      let times = bed.cloud.log.entries.filter { $0.jobID == good.id }.map(\.time)
      let longest = zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? .zero
      #expect(longest <= .seconds(3), "\(longest.text) between two polls of the good job")
      bed.end([good])
      try await within(.seconds(4), "the end of the good job") { try await bed.told([good]) }
      #expect(await daemon.terminate() == .code(0))
      let lines = try bed.log.all()
      #expect(lines.filter { line in Self.health.contains { $0.rawValue == line.event } }.isEmpty)
      let told = lines.filter { $0.event == EventKind.jobUnrecognised.rawValue }
      #expect(told.count == number)
      let cause = try #require(told.first?.data.cause)
      #expect(cause.contains(trouble.body.contains("DBS.2") ? "DBS.2" : "\(trouble.status)"))
    }
  }

  @Test(
    "are told as an outage when there are no others, once, and as odd once there are",
    .timeLimit(.minutes(10)), arguments: [3, 5])
  func alone(_ number: Int) async throws {
    try await Testbed.run(Self.settings) { bed in
      let daemon = try await bed.startDaemon()
      let ids = try odd(number, .unknownCode, in: bed)
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

  @Test(
    "are told by themselves where there are fewer than three and no others",
    .timeLimit(.minutes(10)), arguments: [1, 2])
  func few(_ number: Int) async throws {
    try await Testbed.run(Self.settings) { bed in
      let daemon = try await bed.startDaemon()
      for id in try odd(number, .unknownCode, in: bed) {
        let told = try await within(.seconds(60), "job.unrecognised") {
          try await bed.log.first(.jobUnrecognised, of: id)
        }
        #expect(told.data.cause?.contains("DBS.200011") == true)
      }
      #expect(await daemon.terminate() == .code(0))
      let lines = try bed.log.all()
      #expect(lines.filter { line in Self.health.contains { $0.rawValue == line.event } }.isEmpty)
    }
  }

  @Test(
    "though the service knows none of fifty, keep no good one waiting", .timeLimit(.minutes(10)))
  func unknown() async throws {
    var settings = Self.settings
    settings.keys["absence"] = "{answers: 3, over: 4s}"
    try await Testbed.run(settings) { bed in
      let daemon = try await bed.startDaemon()
      let good = PlannedJob.succeeding(.rds, after: .days(1))
      bed.begin([good])
      let ids = (0..<50).map { _ in PlannedJob.newID() }
      try bed.place.drop((ids + [good.id]).map { "rds \($0)" }.joined(separator: "\n"), as: "all")
      for id in ids {
        _ = try await within(.seconds(30), "job.unknown") {
          try await bed.log.first(.jobUnknown, of: id)
        }
      }
      bed.end([good])
      try await within(.seconds(4), "the end of the good job") { try await bed.told([good]) }
      #expect(await daemon.terminate() == .code(0))
      let lines = try bed.log.all()
      #expect(lines.filter { line in Self.health.contains { $0.rawValue == line.event } }.isEmpty)
    }
  }
}

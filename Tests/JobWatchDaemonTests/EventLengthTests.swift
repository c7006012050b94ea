import Foundation
import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchStatusLog

@Suite struct `An event that is too long` {
  /// Stored as a job with so many failed parts has it.
  private func stored(_ failures: Int, in store: Store) async throws -> StoredEvent {
    var data = EventData(summary: "many parts have failed")
    data.subJobs = SubJobCount(
      (0..<failures).map {
        SubJob(
          jobID: "sub-\($0)", rawStatus: "FAIL", state: .failed, errorCode: "Ecs.0005",
          failReason: "no stock of \"c7\" in 区 \(String(repeating: "x", count: 200))")
      })
    let draft = EventDraft(.jobFailed, at: .init(milliseconds: 1_790_000_000_000), data)
    let seq = try await store.write { try $0.append(draft, of: nil, to: []) }
    return try #require(try await store.read { try $0.events.find(seq) })
  }

  @Test(
    "is less than 20,000 bytes to a webhook, and the same at every attempt",
    arguments: [1, 80, 400, 9000])
  func webhook(_ failures: Int) async throws {
    try await withStore { store in
      let event = try await stored(failures, in: store)
      let format = WebhookFormat.standardWebhooks(StandardWebhooks(joining: []))
      let body = format.message(event, event.at).body
      #expect(body.count < 20_000)
      #expect(format.message(event, event.at + .hours(1)).body == body)
      struct Message: Decodable { var type: String, timestamp: Timestamp, data: EventData }
      let message = try JSONDecoder().decode(Message.self, from: Data(body))
      #expect((message.type, message.timestamp) == ("job.failed", event.at))
      #expect(message.data.subJobs?.failed == failures)
      #expect((message.data.truncated == nil) == (failures < 80))
      #expect(try EventData(json: event.data).subJobs?.failures.count == failures, "all is stored")
    }
  }

  @Test("is a line of at most 65,536 bytes of the status log", arguments: [1, 80, 400, 9000])
  func line(_ failures: Int) async throws {
    try await withStore { store in
      let line = StatusLog.line(try await stored(failures, in: store))
      #expect(line.count <= 65_536 && line.last == UInt8(ascii: "\n"))
      #expect(ValidLine(Array(line.dropLast())) != nil)
      let data = try EventData(json: String(decoding: line, as: UTF8.self))
      #expect(data.subJobs?.failed == failures)
      #expect((data.truncated == nil) == (failures < 400))
    }
  }
}

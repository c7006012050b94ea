import Foundation
import JobWatchCore
import Testing

@testable import CloudAPI

/// Every word of every service, however it is spelt.
@Suite struct `The words of a service` {
  /// Whatever the service.
  private static let general = """
    Canceled=failed CANCELLED=failed CancelSuccess=failed RollbackSuccess=failed ROLLED_BACK=failed
    TIMEOUT=failed TimedOut=failed Terminated=failed ABORTED=failed EXPIRED=failed
    Pending=pending Unauthorized=pending Canceling=running RollingBack=running
    """

  private static func spellings(_ word: String) -> [String] {
    let plain = word.filter { $0 != "_" }
    return [
      word, word.lowercased(), word.uppercased(), plain, word.replacing("_", with: "-"),
      word.replacing("_", with: " "), " \(word) ", plain.map(String.init).joined(separator: "_"),
      word.prefix(2) + "-" + word.dropFirst(2),
    ]
  }

  @Test(
    "mean the same in every spelling, and are kept as they were sent", arguments: SampleRecord.all)
  func words(_ sample: SampleRecord) throws {
    for (word, state) in try sample.words() + ServiceSample.pairs(Self.general) {
      for spelling in Self.spellings(word) {
        let record = sample.answer(sample.record("job1", .running))
          .replacing("\"\(sample.word(.running))\"", with: "\"\(spelling)\"")
        let answer = AnswerClassifier(
          service: sample.service, jobID: "job1", now: Timestamp(milliseconds: 0)
        ).answer(to: HTTPResponse(status: 200, body: Array(record.utf8)))
        guard case .seen(let seen, let report) = answer.observation else {
          Issue.record("\(sample.service.name) \(spelling): \(answer.observation)")
          continue
        }
        #expect(seen == state && report.rawStatus == spelling, "\(sample.service.name) \(spelling)")
      }
    }
  }

  @Test("mean the same of a part", arguments: SampleRecord.all)
  func parts(_ sample: SampleRecord) throws {
    for (word, state) in try sample.words() + ServiceSample.pairs(Self.general) {
      let part = sample.record("p", .running)
        .replacing("\"\(sample.word(.running))\"", with: "\"\(word.lowercased())\"")
      let body = sample.answer(sample.record("job1", .succeeded, objects: #"{"\#(sample.partsName)":[\#(part)]}"#))
      let parts = try #require(sample.report(Array(body.utf8))).subJobs
      #expect(parts.map(\.state) == [state] && parts.map(\.rawStatus) == [word.lowercased()])
    }
  }

  @Test("that nobody documents stay unknown", arguments: SampleRecord.all)
  func unknown(_ sample: SampleRecord) throws {
    for word in ["FROZEN", "CancelFailed", "NotCanceled", "Suspended", "Stopped", "Skipped", "?"] {
      let body = sample.answer(sample.record("job1", .running))
        .replacing("\"\(sample.word(.running))\"", with: "\"\(word)\"")
      let answer = AnswerClassifier(
        service: sample.service, jobID: "job1", now: Timestamp(milliseconds: 0)
      ).answer(to: HTTPResponse(status: 200, body: Array(body.utf8)))
      guard case .unrecognised(let report) = answer.observation else {
        Issue.record("\(sample.service.name) \(word): \(answer.observation)")
        continue
      }
      #expect(report.rawStatus == word && report.end == nil)
    }
  }

  /// A body of the field, with the id of the job asked for.
  @Test func `are read in the answers that people met`() throws {
    let canceled = """
      {"job":{"id":"job1","name":"ResizeInstanceFlavor","status":"Canceled","created":"2026-02-10T09:22:04+0800",\
      "ended":"2026-02-10T09:30:04+0800","process":"","instance":{"id":"in07","name":"n"},"entities":{},\
      "fail_reason":null}}
      """
    let answer = AnswerClassifier(
      service: .taurusdb, jobID: "job1", now: Timestamp(milliseconds: 0)
    )
    .answer(to: HTTPResponse(status: 200, body: Array(canceled.utf8)))
    guard case .seen(.failed, let report) = answer.observation else {
      Issue.record("\(answer.observation)")
      return
    }
    #expect(report.rawStatus == "Canceled" && report.failReason == nil)
    #expect(report.end?.instant?.description == "2026-02-10T01:30:04.000Z")
  }
}

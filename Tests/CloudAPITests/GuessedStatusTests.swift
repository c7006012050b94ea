import Foundation
import JobWatchCore
import Testing

@testable import CloudAPI

/// An end ends the watch, so it is believed only where the record's structure is certain.
@Suite struct `A record whose JSON is broken` {
  /// What stands in the reason without escapes. `@` is a word for another end, `%` what a status is called.
  private static let reasons = [
    #"disk said {"code":"E1","%":"@"} but size is wrong"#, #"warning: {"step":"3","%":"@"} ignored"#,
    #"retry after {"try":"1","%":"@"}, going on"#,
    #"expected "a", "b", got "c""#, #"no "flavor", "az" found"#, #"no "flavor", "%":"@" found"#,
    #"x","%":"@"} y"#, #"a "b"},"%":"@"#, #"a "b"}}],"%":"@","c":"d"#,
    #"a "b","c"], "%": "@""#, #""%":"@""#,
  ]

  private func observation(_ sample: SampleRecord, _ body: String) -> Observation {
    AnswerClassifier(service: sample.service, jobID: "job1", now: Timestamp(milliseconds: 0))
      .answer(to: HTTPResponse(status: 200, body: Array(body.utf8))).observation
  }

  private func bodies(_ sample: SampleRecord, _ state: JobState, _ reason: String) -> [String] {
    let other = sample.word(state == .succeeded ? .failed : .succeeded)
    let name = sample.manner == .container ? "phase" : "status"
    let reason = reason.replacing("@", with: other).replacing("%", with: name)
    let record = sample.record("job1", state, reason: reason)
    let more = record.dropLast() + #","x":{},"y":"z"}"#
    return [sample.answer(record), sample.answer(String(more))]
  }

  @Test("keeps the status that stands before the fault", arguments: SampleRecord.all)
  func before(_ sample: SampleRecord) {
    for state in [JobState.running, .succeeded, .failed] {
      for reason in Self.reasons {
        for body in bodies(sample, state, reason) {
          guard case .seen(state, let report) = observation(sample, body) else {
            Issue.record("\(body): \(observation(sample, body))")
            continue
          }
          #expect(report.isGuessed == true && report.failReason != nil, "\(body)")
        }
      }
    }
  }

  @Test("brings no status that stands behind the fault", arguments: SampleRecord.all)
  func behind(_ sample: SampleRecord) {
    for state in [JobState.running, .succeeded, .failed] {
      for reason in Self.reasons {
        let name = sample.manner == .container ? "phase" : "status"
        let text = reason.replacing("@", with: sample.word(state)).replacing("%", with: name)
        let record = sample.record("job1", state)
        let fault = #"{"x":"\#(text)","#
        for body in [
          sample.answer(fault + record.dropFirst()), fault + sample.answer(record).dropFirst(),
        ] {
          if case .seen = observation(sample, body) { Issue.record("\(body)") }
        }
      }
    }
  }

  @Test func `tells the reason as far as it can be read`() {
    let sample = SampleRecord(service: .ecs)
    for (reason, read) in [
      (#"expected "a", "b", got "c""#, #"expected "a", "b", got "c""#),
      (#"no "flavor", "az" found"#, #"no "flavor", "az" found"#),
      (#"disk said {"code":"E1","status":"SUCCESS"} but"#, #"disk said {"code":"E1"#),
    ] {
      let part = #"{"sub_jobs":[\#(sample.record("p", .failed))]}"#
      let body = #"{"status":"SUCCESS","job_id":"job1","fail_reason":"\#(reason)","entities":\#(part)}"#
      let report = sample.report(Array(body.utf8))
      #expect(report?.failReason == read && report?.subJobs.count == 1)
    }
  }

  @Test func `that is whole is no guess, and has the last of two statuses`() {
    let sample = SampleRecord(service: .ecs)
    let twice = #"{"status":"RUNNING","job_id":"job1","fail_reason":"x","status":"FAIL"}"#
    guard case .seen(.failed, let report) = observation(sample, twice) else {
      Issue.record("\(observation(sample, twice))")
      return
    }
    #expect(report.isGuessed == nil)
    // More behind the end makes the second one doubtful.
    guard case .seen(.running, let doubtful) = observation(sample, twice + " there\"}") else {
      Issue.record("\(observation(sample, twice + " there"))")
      return
    }
    #expect(doubtful.isGuessed == true)
  }

  @Test func `tells the text of a reason that is an object, and all of a long one`() {
    let sample = SampleRecord(service: .ecs)
    let long = String(repeating: "0123456789", count: 2000)
    for (reason, text) in [
      (#"{"code":"X","message":"deep"}"#, "X deep"), (#"["a",{"b":7}]"#, "a 7"),
      ("\"\(long)\"", long),
    ] {
      let body = #"{"status":"FAIL","job_id":"job1","fail_reason":\#(reason)}"#
      #expect(sample.report(Array(body.utf8))?.failReason == text)
    }
    let type = String(repeating: "x", count: 5000)
    let body = #"{"status":"FAIL","job_id":"job1","job_type":"\#(type)"}"#
    #expect(sample.report(Array(body.utf8))?.jobType?.hasSuffix("x…") == true)
  }
}

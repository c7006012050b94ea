import JobWatchCore
import Testing

@testable import CloudAPI

/// An answer, and what it means.
struct AnswerCase: Sendable, CustomTestStringConvertible {
  var status: Int
  var body: String
  var expected: Observation
  var service = CloudService.ecs
  var headers: [(String, String)] = []
  var truncated = false

  init(
    _ status: Int, _ body: String, _ expected: Observation, service: CloudService = .ecs,
    headers: [(String, String)] = [], truncated: Bool = false
  ) {
    self.status = status
    self.body = body
    self.expected = expected
    self.service = service
    self.headers = headers
    self.truncated = truncated
  }

  var testDescription: String { "\(status) \(service.name) \(body.prefix(60))" }

  var answer: Answer {
    AnswerClassifier(
      service: service, jobID: "job1", now: Timestamp(milliseconds: 1_640_000_000_000),
      confidential: ["AKEXAMPLE", "sk-hush", "token/hush"]
    ).answer(
      to: HTTPResponse(status: status, headers: HTTPFields(headers), body: Array(body.utf8), truncated: truncated))
  }

  /// An error in the shape of ECS.
  static func ecs(_ code: String, _ message: String = "m") -> String {
    #"{"error":{"code":"\#(code)","message":"\#(message)"}}"#
  }

  /// An error in the shape of the gateway and of DCS.
  static func flat(_ code: String, _ message: String = "m") -> String {
    #"{"error_code":"\#(code)","error_msg":"\#(message)","request_id":"r1"}"#
  }
}

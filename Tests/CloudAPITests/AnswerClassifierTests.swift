import CloudAPI
import JobWatchCore
import Testing

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
      to: HTTPResponse(
        status: status, headers: HTTPFields(headers), body: Array(body.utf8),
        truncated: truncated))
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

struct AnswerClassifierTests {
  private static func complaint(_ code: String, _ message: String = "m") -> Complaint {
    Complaint(code: code, message: message)
  }

  @Test(
    arguments: [
      ("INIT", .pending), ("RUNNING", .running), ("SUCCESS", .succeeded), ("FAIL", .failed),
      ("PENDING_PAYMENT", .awaitingPayment), ("success", nil), ("CANCELLED", nil), ("", nil),
    ] as [(String, JobState?)])
  func `a record is seen if its word is known and unrecognised if not`(
    word: String, state: JobState?
  ) {
    let answer = AnswerCase(200, #"{"job_id":"job1","status":"\#(word)"}"#, .absent(code: ""))
      .answer
    let report = JobReport(rawStatus: word)
    #expect(answer.observation == state.map { .seen($0, report) } ?? .unrecognised(report))
  }

  @Test func `a job's own error is not the answer's`() {
    let body = #"{"job_id":"JOB1","status":"FAIL","error_code":"Common.0018","fail_reason":"f"}"#
    let report = JobReport(rawStatus: "FAIL", errorCode: "Common.0018", failReason: "f")
    #expect(AnswerCase(200, body, .absent(code: "")).answer.observation == .seen(.failed, report))
  }

  private static let throttles: [AnswerCase] = [
    AnswerCase(202, AnswerCase.ecs("Common.0024"), .throttled(Throttle(code: "Common.0024"))),
    AnswerCase(503, AnswerCase.ecs("Common.1503"), .throttled(Throttle(code: "Common.1503"))),
    AnswerCase(429, AnswerCase.ecs("Common.1503"), .throttled(Throttle(code: "Common.1503"))),
    AnswerCase(429, "<html>", .throttled(Throttle(code: "HTTP 429"))),
    AnswerCase(
      429, AnswerCase.flat("APIG.0308", "reached: policy ip over ratelimit,limit:5,time:1 minute"),
      .throttled(Throttle(limit: 5, window: .minutes(1), perHost: true, code: "APIG.0308"))),
    AnswerCase(
      429, AnswerCase.flat("APIGW.0308", "policy user over ratelimit,limit:200,time:1 second"),
      .throttled(Throttle(limit: 200, window: .seconds(1), code: "APIGW.0308"))),
    AnswerCase(
      200, AnswerCase.flat("APIGW.0308", "limit:60,time:10 minutes"),
      .throttled(Throttle(limit: 60, window: .minutes(10), code: "APIGW.0308"))),
    AnswerCase(
      429, AnswerCase.flat("APIGW.0308", "limit:0,time:99999999999 second"),
      .throttled(Throttle(code: "APIGW.0308"))),
    AnswerCase(
      429, "", .throttled(Throttle(retryAfter: .seconds(7), code: "HTTP 429")),
      headers: [("retry-after", "7")]),
    AnswerCase(
      429, "", .throttled(Throttle(retryAfter: .seconds(30), code: "HTTP 429")),
      headers: [
        ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"), ("Retry-After", "Tue, 14 Nov 2023 22:13:50 GMT"),
      ]),
    AnswerCase(
      429, "", .throttled(Throttle(retryAfter: .seconds(20), code: "HTTP 429")),
      headers: [("Retry-After", "Mon, 20 Dec 2021 11:33:40 GMT")]),
    AnswerCase(
      429, "", .throttled(Throttle(retryAfter: .hours(12), code: "HTTP 429")),
      headers: [("Retry-After", "9223372036854775807")]),
    AnswerCase(
      429, "", .throttled(Throttle(retryAfter: .zero, code: "HTTP 429")),
      headers: [("Retry-After", "-5")]),
    AnswerCase(
      429, "", .throttled(Throttle(code: "HTTP 429")), headers: [("Retry-After", "soon")]),
  ]

  private static let verdicts: [AnswerCase] = [
    AnswerCase(400, AnswerCase.ecs("Common.0011"), .absent(code: "Common.0011")),
    AnswerCase(200, AnswerCase.ecs("Common.0011"), .absent(code: "Common.0011")),
    AnswerCase(400, AnswerCase.flat("DCS.4133"), .absent(code: "DCS.4133"), service: .dcs),
    AnswerCase(404, AnswerCase.flat("111400070"), .absent(code: "111400070"), service: .dcs),
    AnswerCase(400, AnswerCase.flat("DCS.4070"), .absent(code: "DCS.4070"), service: .dcs),
    AnswerCase(
      404, AnswerCase.flat("APIGW.0101"), .misconfigured(complaint("APIGW.0101"))),
    AnswerCase(404, AnswerCase.flat("APIG.0101"), .misconfigured(complaint("APIG.0101"))),
    AnswerCase(
      404, AnswerCase.flat("111404001"), .misconfigured(complaint("111404001")), service: .dcs),
    AnswerCase(400, AnswerCase.ecs("Common.0018"), .misconfigured(complaint("Common.0018"))),
    AnswerCase(400, AnswerCase.ecs("Ecs.0023"), .misconfigured(complaint("Ecs.0023"))),
    AnswerCase(
      401, AnswerCase.flat("DCS.1004"), .misconfigured(complaint("DCS.1004")), service: .dcs),
    AnswerCase(401, AnswerCase.ecs("Common.0013"), .refused(complaint("Common.0013"))),
    AnswerCase(200, AnswerCase.ecs("Common.0013"), .refused(complaint("Common.0013"))),
    AnswerCase(401, AnswerCase.flat("APIG.0301"), .refused(complaint("APIG.0301"))),
    AnswerCase(401, AnswerCase.ecs("New.1"), .refused(complaint("New.1"))),
    AnswerCase(401, "", .refused(complaint("HTTP 401", "no message given"))),
    AnswerCase(403, AnswerCase.ecs("Pdp.0001"), .forbidden(complaint("Pdp.0001"))),
    AnswerCase(403, "<html>", .forbidden(complaint("HTTP 403", "no message given"))),
    AnswerCase(400, AnswerCase.ecs("Common.0025"), .busy("Common.0025: m")),
    AnswerCase(400, AnswerCase.ecs("Common.0021"), .busy("Common.0021: m")),
    AnswerCase(400, AnswerCase.ecs("Common.0999"), .busy("Common.0999: m")),
    AnswerCase(501, AnswerCase.ecs("Ecs.0603"), .busy("Ecs.0603: m")),
  ]

  private static let troubles: [AnswerCase] = [
    AnswerCase(500, AnswerCase.ecs("Common.0001"), .unreachable("HTTP 500, Common.0001: m")),
    AnswerCase(
      500, AnswerCase.flat("111500000"), .unreachable("HTTP 500, 111500000: m"), service: .dcs),
    AnswerCase(
      502, "\n <html>",
      .unreachable("HTTP 502 with an HTML page: perhaps a proxy answers instead of the cloud")),
    AnswerCase(503, "", .unreachable("HTTP 503 without a body")),
    AnswerCase(404, AnswerCase.ecs("Ecs.0114"), .garbled("HTTP 404, Ecs.0114: m")),
    // Absent codes are the service's own.
    AnswerCase(400, AnswerCase.flat("DCS.4133"), .garbled("HTTP 400, DCS.4133: m")),
    AnswerCase(
      200, "<!DOCTYPE html>",
      .garbled("HTTP 200 with an HTML page: perhaps a proxy answers instead of the cloud")),
    AnswerCase(200, "", .garbled("HTTP 200 without a body")),
    AnswerCase(200, "ok", .garbled("HTTP 200 with a body that is not JSON")),
    AnswerCase(200, "{}", .garbled("HTTP 200 with JSON that is no job's record")),
    AnswerCase(
      200, #"{"status":"SUCCESS"}"#, .garbled("HTTP 200 with JSON that is no job's record")),
    AnswerCase(
      200, #"{"job_id":"job2","status":"SUCCESS"}"#,
      .garbled("HTTP 200 with the record of another job")),
    AnswerCase(
      200, #"{"job_id":"job1","status":"SUCCESS"}"#,
      .garbled("HTTP 200, the body is too large or broke off"), truncated: true),
    AnswerCase(
      302, "", .garbled("HTTP 302 redirects to host login.example:8443: check the endpoint"),
      headers: [("Location", "https://user:hush@login.example:8443/a?token=hush")]),
    AnswerCase(
      301, "", .garbled("HTTP 301 redirects to another path of the same host: check the endpoint"),
      headers: [("Location", "/login")]),
    AnswerCase(307, "", .garbled("HTTP 307 redirects to nowhere: check the endpoint")),
  ]

  @Test(arguments: throttles + verdicts + troubles)
  func `an answer means what its code says, else what its status says`(given: AnswerCase) {
    #expect(given.answer.observation == given.expected)
    #expect(given.answer.evidence?.httpStatus == given.status)
  }

  @Test func `an expired signature brings the cloud's time`() {
    let told = AnswerCase.flat(
      "APIGW.0301",
      "calc aksk signature fail:signature expired, signature time:20211217T064303Z,"
        + "server time:20211217T065804Z")
    let silent = AnswerCase.flat("APIG.0301", "Signature expired")
    let date = [("Date", "Tue, 14 Nov 2023 22:13:20 GMT")]
    for (body, headers, expected) in [
      (told, date, 1_639_724_284_000), (silent, date, 1_700_000_000_000), (silent, [], nil),
    ] as [(String, [(String, String)], Int64?)] {
      let answer = AnswerCase(401, body, .absent(code: ""), headers: headers).answer
      guard case .skewed(let time, _) = answer.observation else {
        Issue.record("not skewed: \(answer.observation)")
        continue
      }
      #expect(time?.milliseconds == expected)
    }
  }

  @Test func `evidence keeps what support asks for`() {
    let body = #"{"job_id":"job1","status":"INIT"}"#
    let headers = [("date", "Tue, 14 Nov 2023 22:13:20 GMT"), ("X-REQUEST-ID", "r0")]
    let seen = AnswerCase(200, body, .absent(code: ""), headers: headers).answer.evidence
    let expected = Evidence(
      httpStatus: 200, requestID: "r0", serverDate: Timestamp(milliseconds: 1_700_000_000_000),
      body: Array(body.utf8))
    #expect(seen == expected)
    let refused = AnswerCase(401, AnswerCase.flat("APIG.0301"), .absent(code: "")).answer.evidence
    #expect(refused?.requestID == "r1")
    let page = String(repeating: "<p>", count: 100_000)
    #expect(AnswerCase(502, page, .absent(code: "")).answer.evidence?.body.count == 16_384)
  }

  @Test func `a message that quotes the request is kept without its secrets`() throws {
    let message =
      "verify aksk signature fail, canonicalRequest:GET|/v1/p/jobs/job1/||host:h|"
      + "x-security-token:token\\/other|X-Auth-Token: abc def|ak AKEXAMPLE not exist "
      + "token\\/hush token/hush sk-hush \\u001b[31m\\n" + String(repeating: "x", count: 1000)
    let answer = AnswerCase(401, AnswerCase.flat("APIGW.0301", message), .absent(code: "")).answer
    guard case .refused(let complaint) = answer.observation else {
      Issue.record("not refused: \(answer.observation)")
      return
    }
    let body = String(decoding: try #require(answer.evidence).body, as: UTF8.self)
    for text in [complaint.message, body] {
      for secret in ["AKEXAMPLE", "hush", "other", "abc"] { #expect(!text.contains(secret)) }
      #expect(text.contains("|host:h|x-security-token:(redacted)"))
    }
    #expect(complaint.message.count == 500)
    #expect(!complaint.message.contains { $0.isNewline || $0 == "\u{1b}" })
  }
}

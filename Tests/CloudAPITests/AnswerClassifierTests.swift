import JobWatchCore
import Testing

@testable import CloudAPI

struct AnswerClassifierTests {
  private static func error(_ code: String, _ message: String = "m") -> APIError {
    APIError(code: code, message: message)
  }

  @Test(
    arguments: [
      ("INIT", .pending), ("RUNNING", .running), ("SUCCESS", .succeeded), ("FAIL", .failed),
      ("PENDING_PAYMENT", .awaitingPayment), ("success", .succeeded), ("CANCELLED", .failed),
      ("FROZEN", nil), ("", nil),
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
      429, "", .throttled(Throttle(retryAfter: .seconds(7), code: "HTTP 429")), headers: [("retry-after", "7")]),
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
    AnswerCase(429, "", .throttled(Throttle(retryAfter: .zero, code: "HTTP 429")), headers: [("Retry-After", "-5")]),
    AnswerCase(429, "", .throttled(Throttle(code: "HTTP 429")), headers: [("Retry-After", "soon")]),
  ]

  private static let verdicts: [AnswerCase] = [
    AnswerCase(400, AnswerCase.ecs("Common.0011"), .absent(code: "Common.0011")),
    AnswerCase(200, AnswerCase.ecs("Common.0011"), .absent(code: "Common.0011")),
    AnswerCase(400, AnswerCase.flat("DCS.4133"), .absent(code: "DCS.4133"), service: .dcs),
    AnswerCase(404, AnswerCase.flat("111400070"), .absent(code: "111400070"), service: .dcs),
    AnswerCase(400, AnswerCase.flat("DCS.4070"), .absent(code: "DCS.4070"), service: .dcs),
    AnswerCase(404, AnswerCase.flat("APIGW.0101"), .misconfigured(error("APIGW.0101"))),
    AnswerCase(404, AnswerCase.flat("APIG.0101"), .misconfigured(error("APIG.0101"))),
    AnswerCase(404, AnswerCase.flat("111404001"), .misconfigured(error("111404001")), service: .dcs),
    AnswerCase(400, AnswerCase.ecs("Common.0018"), .misconfigured(error("Common.0018"))),
    AnswerCase(400, AnswerCase.ecs("Ecs.0023"), .misconfigured(error("Ecs.0023"))),
    AnswerCase(401, AnswerCase.flat("DCS.1004"), .misconfigured(error("DCS.1004")), service: .dcs),
    AnswerCase(401, AnswerCase.ecs("Common.0013"), .refused(error("Common.0013"))),
    AnswerCase(200, AnswerCase.ecs("Common.0013"), .refused(error("Common.0013"))),
    AnswerCase(401, AnswerCase.flat("APIG.0301"), .refused(error("APIG.0301"))),
    AnswerCase(401, AnswerCase.ecs("New.1"), .refused(error("New.1"))),
    AnswerCase(401, "", .refused(error("HTTP 401", "the answer has no body"))),
    AnswerCase(403, AnswerCase.ecs("Pdp.0001"), .forbidden(error("Pdp.0001"))),
    AnswerCase(401, #"{"code":"New.1"}"#, .refused(error("New.1", "no message given"))),
    AnswerCase(
      403, "<html>",
      .forbidden(
        error(
          "HTTP 403",
          "the answer has an HTML page: perhaps a proxy answers instead of the cloud"))),
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
    AnswerCase(503, "", .unreachable("HTTP 503 with no body")),
    AnswerCase(
      200, "<!DOCTYPE html>",
      .garbled("HTTP 200 with an HTML page: perhaps a proxy answers instead of the cloud")),
    AnswerCase(200, "", .garbled("HTTP 200 with no body")),
    AnswerCase(200, "ok", .garbled("HTTP 200 with a body that is not JSON")),
    AnswerCase(200, "{}", .garbled("HTTP 200 with JSON that is no job's record")),
    AnswerCase(
      200, #"{"status":"SUCCESS"}"#, .garbled("HTTP 200 with JSON that is no job's record")),
    AnswerCase(
      200, #"{"job_id":"job2","status":"SUCCESS"}"#,
      .garbled("HTTP 200 with the record of another job")),
    AnswerCase(
      200, #"{"job_id":"job1","status":"SUCCESS"}"#,
      .garbled("HTTP 200 with a body that is too large or broke off"), truncated: true),
    // What another job's record says of it is not about this one.
    AnswerCase(
      200, #"{"job_id":"job2","status":"FAIL","error_code":"Common.0011","fail_reason":"f"}"#,
      .garbled("HTTP 200 with the record of another job")),
    AnswerCase(
      200, #"{"job_id":"job2","status":"","error":{"code":"Common.0024","message":"m"}}"#,
      .garbled("HTTP 200 with the record of another job")),
    AnswerCase(
      200, "\u{feff}<html>",
      .garbled("HTTP 200 with an HTML page: perhaps a proxy answers instead of the cloud")),
    AnswerCase(
      302, "", .garbled("HTTP 302 redirects to host login.example:8443: check the endpoint"),
      headers: [("Location", "https://user:hush@login.example:8443/a?token=hush")]),
    AnswerCase(
      301, "", .garbled("HTTP 301 redirects to another path of the same host: check the endpoint"),
      headers: [("Location", "/login")]),
    AnswerCase(307, "", .garbled("HTTP 307 redirects to nowhere: check the endpoint")),
  ]

  private static let firewall =
    " (CloudWAF, the cloud's web application firewall, answers or stands in front)"
  private static let marks = [
    ("Server", "CloudWAF"), ("Set-Cookie", "HWWAFSESID=a1b2c3; path=/"),
  ]

  /// It marks whatever passes, so a code or a record in the body still tells more.
  private static let firewalled: [AnswerCase] = marks.flatMap { mark in
    [
      AnswerCase(
        418, "<html>", .garbled("HTTP 418 with an HTML page\(firewall)"), headers: [mark]),
      AnswerCase(
        403, "<html>", .garbled("HTTP 403 with an HTML page\(firewall)"), headers: [mark]),
      AnswerCase(
        307, "", .garbled("HTTP 307 redirects to nowhere: check the endpoint\(firewall)"),
        headers: [mark]),
      AnswerCase(
        504, "", .unreachable("HTTP 504 with no body\(firewall)"), headers: [mark]),
      AnswerCase(
        403, "{}", .garbled("HTTP 403 with JSON that is no job's record\(firewall)"),
        headers: [mark]),
      AnswerCase(429, "<html>", .throttled(Throttle(code: "HTTP 429")), headers: [mark]),
      AnswerCase(
        403, AnswerCase.ecs("Pdp.0001"), .forbidden(error("Pdp.0001")), headers: [mark]),
      AnswerCase(
        200, #"{"job_id":"job1","status":"RUNNING"}"#,
        .seen(.running, JobReport(rawStatus: "RUNNING")), headers: [mark]),
    ]
  }

  @Test(arguments: throttles + verdicts + troubles + firewalled)
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

  /// By the `Date` of the answer, 16 or 14 minutes from the signature's.
  @Test(
    "a refusal whose reason broke off is one of the date where the date had to be refused",
    arguments: [
      ("Mon, 20 Dec 2021 11:49:20 GMT", true), ("Mon, 20 Dec 2021 11:17:20 GMT", true),
      ("Mon, 20 Dec 2021 11:47:20 GMT", false), ("Mon, 20 Dec 2021 11:19:20 GMT", false), ("", false),
    ])
  func brokenRefusal(_ date: String, _ isOfDate: Bool) {
    let headers = date.isEmpty ? [] : [("Date", date)]
    for (body, truncated) in [("", false), (AnswerCase.flat("APIGW.0301", "calc aksk sig"), true)] {
      let answer = AnswerCase(401, body, .absent(code: ""), headers: headers, truncated: truncated).answer
      guard case .skewed(let time?, _) = answer.observation else {
        #expect(!isOfDate, "\(answer.observation)")
        continue
      }
      #expect(isOfDate && time == answer.evidence?.serverDate)
    }
    // What can be read is what the cloud says.
    let told = AnswerCase(401, AnswerCase.flat("APIGW.0301", "Unauthorized"), .absent(code: ""), headers: headers)
    guard case .refused = told.answer.observation else {
      Issue.record("not refused: \(told.answer.observation)")
      return
    }
  }

  @Test func `evidence keeps what support asks for`() {
    let body = #"{"job_id":"job1","status":"INIT"}"#
    let headers = [("date", "Tue, 14 Nov 2023 22:13:20 GMT"), ("X-REQUEST-ID", "r0")]
    let seen = AnswerCase(200, body, .absent(code: ""), headers: headers).answer.evidence
    let expected = Evidence(
      httpStatus: 200, requestID: "r0", serverDate: Timestamp(milliseconds: 1_700_000_000_000), body: Array(body.utf8))
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
      + "Access=AKEXAMPLE, SignedHeaders=host, Signature=feed01 "
      + "token\\/hush token/hush sk-hush \\u001b[31m\\n" + String(repeating: "x", count: 1000)
    let answer = AnswerCase(401, AnswerCase.flat("APIGW.0301", message), .absent(code: "")).answer
    guard case .refused(let error) = answer.observation else {
      Issue.record("not refused: \(answer.observation)")
      return
    }
    let body = String(decoding: try #require(answer.evidence).body, as: UTF8.self)
    for text in [error.message, body] {
      for secret in ["AKEXAMPLE", "hush", "other", "abc", "feed01"] { #expect(!text.contains(secret)) }
      #expect(text.contains("|host:h|x-security-token:(redacted)"))
    }
    #expect(error.message.count == 500)
    #expect(!error.message.contains { $0.isNewline || $0 == "\u{1b}" })
  }
}

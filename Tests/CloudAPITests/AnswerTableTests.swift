import JobWatchCore
import Testing

@testable import CloudAPI

/// The vendors' tables of error codes, row by row, and the observation that each row makes.
struct AnswerTableTests {
  /// Whose table it is, service, status, code, observation, and what decides: a listed code, whatever the status
  /// says, or the status. Ranges are written out, and so are the pairs of DCS, one error with two codes. The tables:
  /// ECS (error codes, query of a job), DCS (error codes), the gateway (API Gateway, error codes), IAM (its codes are
  /// statuses).
  private static let table = """
    ECS      ecs  400  Common.0011   absent         code
    ECS      ecs  400  Common.0025   busy           code
    ECS      ecs  400  Common.0021   busy           code
    ECS      ecs  400  Common.0999   busy           code
    ECS      ecs  400  Common.0018   misconfigured  code
    ECS      ecs  400  Ecs.0023      misconfigured  code
    ECS      ecs  401  Common.0013   refused        code
    ECS      ecs  403  Pdp.0001      forbidden      code
    ECS      ecs  404  Ecs.0114      busy           code
    ECS      ecs  404  Ecs.0614      busy           code
    ECS      ecs  202  Common.0024   throttled      code
    ECS      ecs  429  Common.1503   throttled      code
    ECS      ecs  503  Common.1503   throttled      code
    ECS      ecs  500  Common.0001   unreachable    code
    ECS      ecs  501  Ecs.0603      busy           code
    DCS      dcs  400  111400063     busy           status
    DCS      dcs  400  111400070     absent         code
    DCS      dcs  400  DCS.4070      absent         code
    DCS      dcs  400  111400094     misconfigured  code
    DCS      dcs  400  DCS.4094      misconfigured  code
    DCS      dcs  400  DCS.4133      absent         code
    DCS      dcs  401  111401001     refused        code
    DCS      dcs  401  111401002     refused        code
    DCS      dcs  401  111401003     refused        code
    DCS      dcs  401  DCS.1001      refused        code
    DCS      dcs  401  111401004     misconfigured  code
    DCS      dcs  401  DCS.1004      misconfigured  code
    DCS      dcs  403  111403002     forbidden      code
    DCS      dcs  403  111403003     forbidden      code
    DCS      dcs  403  DCS.2003      forbidden      code
    DCS      dcs  404  111404001     misconfigured  code
    DCS      dcs  404  DCS.4001      misconfigured  code
    DCS      dcs  404  111404022     busy           code
    DCS      dcs  404  DCS.3022      busy           code
    DCS      dcs  500  111400842     busy           code
    DCS      dcs  500  111500000     unreachable    code
    DCS      dcs  500  DCS.5000      unreachable    code
    DCS      dcs  400  DCS.4927      busy           status
    gateway  ecs  404  APIGW.0101    misconfigured  code
    gateway  ecs  404  APIG.0101     misconfigured  code
    gateway  ecs  413  APIGW.0201    misconfigured  status
    gateway  ecs  414  APIGW.0201    misconfigured  status
    gateway  ecs  494  APIG.0201     misconfigured  status
    gateway  ecs  502  APIGW.0201    unreachable    status
    gateway  ecs  504  APIG.0201     unreachable    status
    gateway  ecs  401  APIGW.0301    refused        code
    gateway  dcs  401  APIG.0301     refused        code
    gateway  ecs  403  APIGW.0302    forbidden      code
    gateway  dcs  403  APIG.0302     forbidden      code
    gateway  ecs  401  APIGW.0303    refused        code
    gateway  dcs  401  APIG.0303     refused        code
    gateway  ecs  403  APIGW.0304    forbidden      status
    gateway  ecs  401  APIGW.0305    refused        code
    gateway  dcs  401  APIG.0305     refused        code
    gateway  ecs  403  APIGW.0306    forbidden      code
    gateway  dcs  403  APIG.0306     forbidden      code
    gateway  ecs  401  APIGW.0307    refused        code
    gateway  dcs  401  APIG.0307     refused        code
    quota    ecs  429  APIGW.0308    throttled      code
    quota    dcs  429  APIG.0308     throttled      code
    IAM      ecs  400  400           busy           status
    IAM      ecs  401  401           refused        status
    IAM      ecs  403  403           forbidden      status
    IAM      ecs  404  404           busy           status
    IAM      ecs  500  500           unreachable    status
    unlisted ecs  400  New.0001      busy           status
    unlisted dcs  409  New.0001      busy           status
    unlisted ecs  401  New.0001      refused        status
    unlisted ecs  403  New.0001      forbidden      status
    unlisted ecs  404  New.0001      busy           status
    unlisted ecs  404  Ecs.0999      busy           status
    unlisted bms  404  BMS.0114      busy           status
    unlisted evs  404  EVS.5404      busy           status
    unlisted sdrs 404  SDRS.1013     busy           status
    unlisted deh  404  DEH.0001      busy           status
    unlisted eip  404  VPC.0504      busy           status
    unlisted ims  404  IMG.0027      busy           status
    unlisted dcs  404  111404099     busy           status
    unlisted rds  404  DBS.200011    busy           status
    unlisted rds  400  DBS.200011    busy           status
    unlisted rds  409  DBS.200011    busy           status
    unlisted rds  410  DBS.200011    busy           status
    unlisted rds  422  DBS.200011    busy           status
    unlisted rds  412  DBS.200011    busy           status
    unlisted taurusdb 404 DBS.200011 busy           status
    unlisted gaussdb  404 DBS.200011 busy           status
    unlisted dds  404  DBS.200011    busy           status
    unlisted geminidb 404 DBS.200011 busy           status
    unlisted ddm  404  DBS.300999    busy           status
    unlisted cce  404  CCE.01404999  busy           status
    unlisted rds  500  DBS.200011    unreachable    status
    unlisted rds  404  APIGW.0103    garbled        status
    unlisted ecs  405  New.0001      garbled        status
    unlisted ecs  413  New.0001      garbled        status
    unlisted ecs  429  New.0001      throttled      status
    unlisted ecs  503  New.0001      unreachable    status
    unlisted ecs  200  New.0001      garbled        status
    unlisted ecs  302  New.0001      garbled        status
    unlisted ecs  400  APIGW.0201    garbled        status
    unlisted ecs  404  APIG.0103     garbled        status
    unlisted ecs  400  DCS.4133      busy           status
    unlisted dcs  400  Common.0011   busy           status
    """

  struct Row: Sendable, CustomTestStringConvertible {
    var source: String
    var service: CloudService
    var status: Int
    var code: String
    var observation: String
    var isListed: Bool

    init?(_ line: Substring) {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 6, let service = CloudService.named(words[1]), let status = Int(words[2]) else { return nil }
      self.service = service
      self.status = status
      (source, code, observation, isListed) = (words[0], words[3], words[4], words[5] == "code")
    }

    var testDescription: String { "\(source): \(status) \(code) \(observation)" }
  }

  private static let rows = table.split(separator: "\n").compactMap { Row($0) }

  @Test func `every line of the table is a row`() {
    #expect(Self.rows.count == Self.table.split(separator: "\n").count)
  }

  /// The shapes that `ErrorBody` lists, and those of OpenStack.
  private static let shapes: [@Sendable (_ code: String) -> String] = [
    { #"{"code":"\#($0)","message":"why"}"# },
    { #"{"error":{"message":"why","code":"\#($0)","details":[{"code":"Ecs.0057"}]}}"# },
    { #"{"error_msg":"why","error_code":"\#($0)","request_id":"r1","error_ext_msg":null}"# },
    {
      #"{"internalError":[{"code":"I.1","message":"no"}],"error":{"code":"\#($0)","message":"why"}}"#
    },
    // A number where the code is one, as IAM writes it.
    { code in
      let value = Int(code).map(String.init) ?? "\"\(code)\""
      return #"{"error":{"code":\#(value),"message":"why","title":"Unauthorized"}}"#
    },
    {
      #"{"itemNotFound":{"message":"why","code":\#(Int($0).map(String.init) ?? "\"\($0)\"")}}"#
    },
    { #"{"badRequest":{"code":"\#($0)","message":"why"}}"# }, { #"{"errorCode":"\#($0)","errorMsg":"why"}"# },
    { #"{"errorCode":"\#($0)","errorMessage":"why"}"# }, { #"{"errCode":"\#($0)","externalMessage":"why"}"# },
  ]

  /// The name of the observation's case, and the code that it carries.
  private static func told(_ observation: Observation) -> (name: String, cause: String) {
    switch observation {
    case .seen(_, let report), .unrecognised(let report): ("record", report.rawStatus)
    case .garbled(let reason): ("garbled", reason)
    case .throttled(let throttle): ("throttled", throttle.code)
    case .absent(let code): ("absent", code)
    case .misconfigured(let error): ("misconfigured", "\(error.code) \(error.message)")
    case .refused(let error): ("refused", "\(error.code) \(error.message)")
    case .forbidden(let error): ("forbidden", "\(error.code) \(error.message)")
    case .skewed(_, let error): ("skewed", error.code)
    case .unreachable(let reason): ("unreachable", reason)
    case .busy(let reason): ("busy", reason)
    }
  }

  @Test(arguments: rows)
  func `an error means the same in each of its shapes, and keeps its code`(row: Row) {
    // "HTTP status codes may not be accurate": a listed code does not depend on them.
    let statuses = row.isListed ? [row.status, 200, 202, 400, 404, 500] : [row.status]
    for shape in Self.shapes {
      for status in statuses {
        let given = AnswerCase(status, shape(row.code), .absent(code: ""), service: row.service)
        let (name, cause) = Self.told(given.answer.observation)
        #expect(name == row.observation, "\(status) \(given.body)")
        #expect(cause.contains(row.code), "\(status) \(given.body)")
        #expect(cause.contains("why") || ["absent", "throttled"].contains(name), "\(status) \(given.body)")
      }
    }
  }

  /// The messages of APIGW.0301, except that of an expired signature, which is tested with the clock.
  @Test(arguments: [
    "verify aksk signature fail, canonicalRequest:GET|/v1/p/jobs/job1/||host:h|", "ak X not exist",
    "Get secretKey failed", "decrypt token fail", "Unauthorized",
    "AK access failed to reach the limit,forbidden.",
  ])
  func `whatever the gateway says of a credential, it refused it`(message: String) {
    for prefix in ["APIGW", "APIG"] {
      let body = AnswerCase.flat("\(prefix).0301", "Incorrect IAM authentication: \(message)")
      let told = Self.told(AnswerCase(401, body, .absent(code: "")).answer.observation)
      #expect(told.name == "refused")
    }
  }

  /// The messages as people quoted them.
  @Test(
    arguments: [
      ("policy user over ratelimit,limit:200,time:1 second", 200, 1, false),
      ("policy ip over ratelimit,limit:5,time:5 second", 5, 5, true),
      ("policy user over ratelimit,limit:60,time:1 minute.", 60, 60, false),
      ("policy api over ratelimit,limit:2000,time:1 minute", 2000, 60, false),
      ("policy app over ratelimit, limit: 3, time: 2 hours", 3, 7200, false),
      ("policy user over ratelimit,limit:10,time:1 day", 10, 86_400, false),
      ("policy user over ratelimit,limit:10", 10, nil, false),
      ("policy user over ratelimit,limit:XX,time:1 minute", nil, 60, false),
      ("policy user over ratelimit,limit:10,time:1 fortnight", 10, nil, false),
      ("Backend flow control", nil, nil, false),
    ] as [(String, Int?, Int?, Bool)])
  func `a throttling message says how much in how long, for whom`(
    message: String, limit: Int?, seconds: Int?, perHost: Bool
  ) {
    let expected = Throttle(limit: limit, window: seconds.map { .seconds($0) }, perHost: perHost, code: "APIGW.0308")
    for status in [429, 503, 202, 200] {
      let text = "The throttling threshold has been reached: \(message)"
      let given = AnswerCase(status, AnswerCase.flat("APIGW.0308", text), .throttled(expected))
      #expect(given.answer.observation == given.expected)
    }
  }
}

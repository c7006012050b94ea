import CloudAPI
import JobWatchCore
import Testing

/// The error tables of cloud-api.md, row by row, and what DESIGN 4 makes of each.
struct AnswerTableTests {
  /// Section of cloud-api.md, service, status, code, observation, and what decided: a listed code, whatever
  /// the status says, or the status. Rows that the document gives as a range are written out, and so are the
  /// pairs of DCS, one error with two codes.
  private static let table = """
    1   ecs  400  Common.0011   absent         code
    1   ecs  400  Common.0025   busy           code
    1   ecs  400  Common.0021   busy           code
    1   ecs  400  Common.0999   busy           code
    1   ecs  400  Common.0018   misconfigured  code
    1   ecs  400  Ecs.0023      misconfigured  code
    1   ecs  401  Common.0013   refused        code
    1   ecs  403  Pdp.0001      forbidden      code
    1   ecs  404  Ecs.0114      busy           code
    1   ecs  404  Ecs.0614      busy           code
    1   ecs  202  Common.0024   throttled      code
    1   ecs  429  Common.1503   throttled      code
    1   ecs  503  Common.1503   throttled      code
    1   ecs  500  Common.0001   unreachable    code
    1   ecs  501  Ecs.0603      busy           code
    2   dcs  400  111400063     busy           status
    2   dcs  400  111400070     absent         code
    2   dcs  400  DCS.4070      absent         code
    2   dcs  400  111400094     misconfigured  code
    2   dcs  400  DCS.4094      misconfigured  code
    2   dcs  400  DCS.4133      absent         code
    2   dcs  401  111401001     refused        code
    2   dcs  401  111401002     refused        code
    2   dcs  401  111401003     refused        code
    2   dcs  401  DCS.1001      refused        code
    2   dcs  401  111401004     misconfigured  code
    2   dcs  401  DCS.1004      misconfigured  code
    2   dcs  403  111403002     forbidden      code
    2   dcs  403  111403003     forbidden      code
    2   dcs  403  DCS.2003      forbidden      code
    2   dcs  404  111404001     misconfigured  code
    2   dcs  404  DCS.4001      misconfigured  code
    2   dcs  404  111404022     busy           code
    2   dcs  404  DCS.3022      busy           code
    2   dcs  500  111400842     busy           code
    2   dcs  500  111500000     unreachable    code
    2   dcs  500  DCS.5000      unreachable    code
    2   dcs  400  DCS.4927      busy           status
    3a  ecs  404  APIGW.0101    misconfigured  code
    3a  ecs  404  APIG.0101     misconfigured  code
    3a  ecs  413  APIGW.0201    misconfigured  status
    3a  ecs  414  APIGW.0201    misconfigured  status
    3a  ecs  494  APIG.0201     misconfigured  status
    3a  ecs  502  APIGW.0201    unreachable    status
    3a  ecs  504  APIG.0201     unreachable    status
    3a  ecs  401  APIGW.0301    refused        code
    3a  dcs  401  APIG.0301     refused        code
    3a  ecs  403  APIGW.0302    forbidden      code
    3a  dcs  403  APIG.0302     forbidden      code
    3a  ecs  401  APIGW.0303    refused        code
    3a  dcs  401  APIG.0303     refused        code
    3a  ecs  403  APIGW.0304    forbidden      status
    3a  ecs  401  APIGW.0305    refused        code
    3a  dcs  401  APIG.0305     refused        code
    3a  ecs  403  APIGW.0306    forbidden      code
    3a  dcs  403  APIG.0306     forbidden      code
    3a  ecs  401  APIGW.0307    refused        code
    3a  dcs  401  APIG.0307     refused        code
    5   ecs  429  APIGW.0308    throttled      code
    5   dcs  429  APIG.0308     throttled      code
    3d  ecs  400  400           busy           status
    3d  ecs  401  401           refused        status
    3d  ecs  403  403           forbidden      status
    3d  ecs  404  404           busy           status
    3d  ecs  500  500           unreachable    status
    -   ecs  400  New.0001      busy           status
    -   dcs  409  New.0001      busy           status
    -   ecs  401  New.0001      refused        status
    -   ecs  403  New.0001      forbidden      status
    -   ecs  404  New.0001      busy           status
    -   ecs  404  Ecs.0999      busy           status
    -   bms  404  BMS.0114      busy           status
    -   evs  404  EVS.5404      busy           status
    -   sdrs 404  SDRS.1013     busy           status
    -   deh  404  DEH.0001      busy           status
    -   eip  404  VPC.0504      busy           status
    -   ims  404  IMG.0027      busy           status
    -   dcs  404  111404099     busy           status
    -   rds  404  DBS.200011    busy           status
    -   rds  400  DBS.200011    busy           status
    -   rds  409  DBS.200011    busy           status
    -   rds  410  DBS.200011    busy           status
    -   rds  422  DBS.200011    busy           status
    -   rds  412  DBS.200011    busy           status
    -   taurusdb 404 DBS.200011 busy           status
    -   gaussdb  404 DBS.200011 busy           status
    -   dds  404  DBS.200011    busy           status
    -   geminidb 404 DBS.200011 busy           status
    -   ddm  404  DBS.300999    busy           status
    -   cce  404  CCE.01404999  busy           status
    -   rds  500  DBS.200011    unreachable    status
    -   rds  404  APIGW.0103    garbled        status
    -   ecs  405  New.0001      garbled        status
    -   ecs  413  New.0001      garbled        status
    -   ecs  429  New.0001      throttled      status
    -   ecs  503  New.0001      unreachable    status
    -   ecs  200  New.0001      garbled        status
    -   ecs  302  New.0001      garbled        status
    -   ecs  400  APIGW.0201    garbled        status
    -   ecs  404  APIG.0103     garbled        status
    -   ecs  400  DCS.4133      busy           status
    -   dcs  400  Common.0011   busy           status
    """

  struct Row: Sendable, CustomTestStringConvertible {
    var section: String
    var service: CloudService
    var status: Int
    var code: String
    var observation: String
    var isListed: Bool

    init?(_ line: Substring) {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 6, let service = CloudService.named(words[1]), let status = Int(words[2])
      else { return nil }
      self.service = service
      self.status = status
      (section, code, observation, isListed) = (words[0], words[3], words[4], words[5] == "code")
    }

    var testDescription: String { "\(section): \(status) \(code) \(observation)" }
  }

  private static let rows = table.split(separator: "\n").compactMap { Row($0) }

  @Test func `every line of the table is a row`() {
    #expect(Self.rows.count == Self.table.split(separator: "\n").count)
  }

  /// The five shapes of cloud-api, section 1, and those more that `ErrorBody` lists.
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
    { #"{"badRequest":{"code":"\#($0)","message":"why"}}"# },
    { #"{"errorCode":"\#($0)","errorMsg":"why"}"# },
    { #"{"errorCode":"\#($0)","errorMessage":"why"}"# },
    { #"{"errCode":"\#($0)","externalMessage":"why"}"# },
  ]

  /// The name of the observation's case, and the code that it carries.
  private static func told(_ observation: Observation) -> (name: String, cause: String) {
    switch observation {
    case .seen(_, let report), .unrecognised(let report): ("record", report.rawStatus)
    case .garbled(let reason): ("garbled", reason)
    case .throttled(let throttle): ("throttled", throttle.code)
    case .absent(let code): ("absent", code)
    case .misconfigured(let complaint): ("misconfigured", "\(complaint.code) \(complaint.message)")
    case .refused(let complaint): ("refused", "\(complaint.code) \(complaint.message)")
    case .forbidden(let complaint): ("forbidden", "\(complaint.code) \(complaint.message)")
    case .skewed(_, let complaint): ("skewed", complaint.code)
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
        #expect(
          cause.contains("why") || ["absent", "throttled"].contains(name),
          "\(status) \(given.body)")
      }
    }
  }

  /// Section 3a; the one of an expired signature is tested with the clock.
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

  /// Section 5; the messages as seen in the open.
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
    let expected = Throttle(
      limit: limit, window: seconds.map { .seconds($0) }, perHost: perHost, code: "APIGW.0308")
    for status in [429, 503, 202, 200] {
      let text = "The throttling threshold has been reached: \(message)"
      let given = AnswerCase(status, AnswerCase.flat("APIGW.0308", text), .throttled(expected))
      #expect(given.answer.observation == given.expected)
    }
  }
}

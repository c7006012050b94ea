import CloudAPI
import JobWatchCore

/// The errors of gateway, services and IAM. The wording is near the cloud's, the codes and shapes are the cloud's.
package enum ErrorReply {
  // MARK: The gateway

  static func unpublished(_ request: ReceivedRequest) -> Reply {
    gateway(request, 404, "APIGW.0101", "The API does not exist or is not published in the environment")
  }

  static func throttled(_ request: ReceivedRequest, _ quota: Quota) -> Reply {
    let seconds = max(1, Int(quota.per.seconds.rounded(.up)))
    let window = seconds % 60 == 0 ? "\(seconds / 60) minute" : "\(seconds) second"
    return gateway(
      request, 429, "APIGW.0308",
      "The throttling threshold has been reached: policy user over ratelimit,"
        + "limit:\(quota.calls),time:\(window)")
  }

  package static func refused(_ request: ReceivedRequest, _ objection: String) -> Reply {
    gateway(request, 401, "APIGW.0301", "Incorrect IAM authentication information: \(objection)")
  }

  /// It names the request in the body as well.
  private static func gateway(_ request: ReceivedRequest, _ status: Int, _ code: String, _ message: String) -> Reply {
    .json(
      status: status, code: code,
      [
        "error_msg": .string(message), "error_code": .string(code),
        "request_id": .string(request.id),
      ])
  }

  // MARK: The services

  package static func service(_ service: CloudService, _ status: Int, _ code: String, _ message: String) -> Reply {
    let (text, message) = (OrderedJSON.string(code), OrderedJSON.string(message))
    let body: OrderedJSON =
      switch service {
      case .ddm: ["errCode": text, "externalMessage": message]
      case .cce: ["errorMessage": message, "errorCode": text]
      case _ where service.hasJobFramework: ["error": ["message": message, "code": text]]
      default: ["error_code": text, "error_msg": message]
      }
    return .json(status: status, code: code, body)
  }

  /// No such job, or its record was deleted. DCS documents its answer for migration tasks only, CCE for any resource.
  static func absent(_ service: CloudService) -> Reply {
    if case .first(let list) = service.layout.place {
      return .json(status: 200, .object([(list, .array([])), ("total_count", .number(0))]))
    }
    return Self.service(
      service, service == .cce ? 404 : 400, service.absentCodes.first ?? "", "The job does not exist.")
  }

  /// The credential is for another project than the URL's. Only ECS and DCS document an answer: a policy's refusal
  /// stands for the others'.
  package static func wrongProject(_ service: CloudService) -> Reply {
    let message = "The project ID in the URL does not match that of the credential."
    if service == .dcs { return Self.service(service, 401, "DCS.1004", message) }
    return service.hasJobFramework ? Self.service(service, 400, "Common.0018", message) : forbidden(service)
  }

  package static func forbidden(_ service: CloudService) -> Reply {
    Self.service(service, 403, "Pdp.0001", "Policy does not allow \(service.name):job:get to be performed.")
  }

  static func flowLimited(_ service: CloudService) -> Reply {
    Self.service(service, 202, "Common.0024", "Flow limit exceeded.")
  }

  // MARK: IAM

  /// With its status as the code, a number.
  static func identity(_ status: Int, _ title: String, _ message: String) -> Reply {
    .json(
      status: status, code: String(status),
      [
        "error": [
          "message": .string(message), "code": .number(status), "title": .string(title),
        ]
      ])
  }
}

/// Errors in the shapes of cloud-api, section 1, "Error query replies". The wording is near the
/// cloud's, the codes and shapes are the cloud's.
enum ErrorReply {
  /// As the API gateway says it; it names the request in the body as well.
  static func gateway(
    status: Int, code: String, message: String, requestID: String
  ) -> Reply {
    .json(
      status: status, code: code,
      .object([
        ("error_msg", .string(message)), ("error_code", .string(code)),
        ("request_id", .string(requestID)),
      ]))
  }

  /// As the service behind the gateway says it: ECS nested, DCS flat.
  static func service(
    _ service: SimulatedService, status: Int, code: String, message: String
  ) -> Reply {
    let body: JSONText =
      switch service {
      case .ecs:
        .object([
          ("error", .object([("message", .string(message)), ("code", .string(code))]))
        ])
      case .dcs: .object([("error_code", .string(code)), ("error_msg", .string(message))])
      }
    return .json(status: status, code: code, body)
  }

  /// As IAM says it, with its status as the code, a number.
  static func identity(status: Int, title: String, _ message: String) -> Reply {
    .json(
      status: status, code: String(status),
      .object([
        (
          "error",
          .object([
            ("message", .string(message)), ("code", .number(status)), ("title", .string(title)),
          ])
        )
      ]))
  }

  /// No such job, or its record was deleted. What DCS says of an unknown job is documented for its
  /// migration tasks only.
  static func absent(_ service: SimulatedService) -> Reply {
    switch service {
    case .ecs:
      Self.service(
        .ecs, status: 400, code: "Common.0011", message: "Failed to query the job: invalid job ID.")
    case .dcs:
      Self.service(.dcs, status: 400, code: "DCS.4133", message: "Instance job is not found.")
    }
  }

  /// The project of the URL is not the one that the credential is for.
  static func wrongProject(_ service: SimulatedService) -> Reply {
    let message = "The project ID in the URL does not match that of the credential."
    return switch service {
    case .ecs: Self.service(.ecs, status: 400, code: "Common.0018", message: message)
    case .dcs: Self.service(.dcs, status: 401, code: "DCS.1004", message: message)
    }
  }

  static func forbidden(_ service: SimulatedService) -> Reply {
    Self.service(
      service, status: 403, code: "Pdp.0001",
      message: "Policy does not allow \(service.rawValue):job:get to be performed.")
  }

  static func flowLimited(_ service: SimulatedService) -> Reply {
    Self.service(service, status: 202, code: "Common.0024", message: "Flow limit exceeded.")
  }

  static func unpublished(prefix: String, requestID: String) -> Reply {
    gateway(
      status: 404, code: "\(prefix).0101",
      message: "The API does not exist or is not published in the environment",
      requestID: requestID)
  }

  static func throttled(prefix: String, words: String, requestID: String) -> Reply {
    gateway(
      status: 429, code: "\(prefix).0308",
      message: "The throttling threshold has been reached: policy user over ratelimit,\(words)",
      requestID: requestID)
  }

  static func refused(prefix: String, objection: String, requestID: String) -> Reply {
    gateway(
      status: 401, code: "\(prefix).0301",
      message: "Incorrect IAM authentication information: \(objection)", requestID: requestID)
  }
}

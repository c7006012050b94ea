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

  /// As the service behind the gateway says it.
  static func service(
    _ service: SimulatedService, status: Int, code: String, message: String
  ) -> Reply {
    let members =
      switch service.manner {
      case .classic: [("message", message), ("code", code)]
      case .cache, .database: [("error_code", code), ("error_msg", message)]
      case .middleware: [("errCode", code), ("externalMessage", message)]
      case .container: [("errorMessage", message), ("errorCode", code)]
      }
    let error = JSONText.object(members.map { ($0, .string($1)) })
    return .json(
      status: status, code: code,
      service.manner == .classic ? .object([("error", error)]) : error)
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
  /// migration tasks only, what CCE says for any resource; DDS is taken to say what RDS does.
  static func absent(_ service: SimulatedService) -> Reply {
    switch service.manner {
    case .classic:
      Self.service(
        service, status: 400, code: "Common.0011",
        message: "Failed to query the job: invalid job ID.")
    case .cache:
      Self.service(service, status: 400, code: "DCS.4133", message: "Instance job is not found.")
    case .database where service == .geminidb:
      .json(status: 200, .object([("jobs", .array([])), ("total_count", .number(0))]))
    case .database:
      Self.service(service, status: 400, code: "DBS.200543", message: "The job does not exist.")
    case .middleware:
      Self.service(service, status: 400, code: "DBS.300400", message: "The task is not found.")
    case .container:
      Self.service(service, status: 404, code: "CCE.01404001", message: "Resource not found.")
    }
  }

  /// The project of the URL is not the one that the credential is for. What others than ECS and DCS
  /// say is not documented: a policy's refusal stands for it.
  static func wrongProject(_ service: SimulatedService) -> Reply {
    let message = "The project ID in the URL does not match that of the credential."
    return switch service.manner {
    case .classic: Self.service(service, status: 400, code: "Common.0018", message: message)
    case .cache: Self.service(service, status: 401, code: "DCS.1004", message: message)
    case .database, .middleware, .container: forbidden(service)
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

/// The meaning of an error. A listed code wins over the status, because the statuses of ECS "may not be accurate" (ECS
/// API reference, error codes). Then the status decides, and who answers: the gateway in front of all services, a
/// service, or something that names no code.
enum ErrorMeaning {
  case throttled, absent, misconfigured, refused, forbidden
  /// The service took the call and has no answer for this job now. The endpoint is not blamed, because three such
  /// answers in a row would open the circuit breaker for all jobs.
  case busy
  case unreachable
  /// Not about anything that this client did or asked.
  case garbled

  /// - Parameter service: nil for a query that is about no job.
  init(status: Int, code: String?, service: CloudService?) {
    self =
      code.flatMap { Self(code: $0, service: service) } ?? Self(status: status, unlisted: code, isOfJob: service != nil)
  }

  /// Nil for a code that is not listed. Without a `service` no code is about a job.
  init?(code: String, service: CloudService? = nil) {
    let isAbsent = service?.absentCodes.contains(code) ?? false
    let gateway = Self.gatewayNumber(code).flatMap { Self.gatewayNumbers[$0] }
    guard let meaning = isAbsent ? .absent : Self.services[code] ?? gateway else { return nil }
    self = meaning
  }

  private init(status: Int, unlisted code: String?, isOfJob: Bool) {
    let isService = code.map { !Self.isGateway($0) } ?? false
    self =
      switch status {
      case 401: .refused
      case 403: .forbidden
      case 429: .throttled
      // A proxy on the way wants something, or gave up waiting.
      case 407, 408, 500...599: .unreachable
      // Too large for the gateway, `0201`: the same request, most of all its token, always will be.
      case 413, 414, 494: code != nil && !isService ? .misconfigured : .garbled
      // A service objects to this one query: DCS has some thirty such codes that end in "try again later" (its error
      // codes). A gateway's own 400 came from before the service.
      case 400, 409: isService ? .busy : .garbled
      // The service's own word on the job that was asked for. It does not mean that the job does not exist, because
      // "not found" is also said, in prose, of instances, projects and addresses.
      case 402, 404, 406, 410, 412, 416...428: isService && isOfJob ? .busy : .garbled
      default: .garbled
      }
  }

  // MARK: Listed codes

  /// The codes of the services, apart from their own `absentCodes`. DCS has two codes for most errors, both in use
  /// (https://github.com/opentelekomcloud-docs/distributed-cache-service, error codes).
  private static let services: [String: ErrorMeaning] = [
    "Common.0024": .throttled, "Common.1503": .throttled,
    "Common.0018": .misconfigured, "Ecs.0023": .misconfigured,
    // The project does not match the token; its id is malformed; the URL does not exist.
    "111401004": .misconfigured, "DCS.1004": .misconfigured,
    "111400002": .misconfigured, "DCS.4002": .misconfigured,
    "111404001": .misconfigured, "DCS.4001": .misconfigured,
    // "The system does not support the background task function": no job can be asked for there.
    "111400094": .misconfigured, "DCS.4094": .misconfigured,
    "Common.0013": .refused,
    "111401001": .refused, "111401002": .refused, "111401003": .refused,
    "DCS.1001": .refused, "DCS.1002": .refused, "DCS.1003": .refused,
    "Pdp.0001": .forbidden,
    "111403002": .forbidden, "111403003": .forbidden,
    "DCS.2003": .forbidden, "DCS.2007": .forbidden, "DCS.3002": .forbidden, "DCS.3003": .forbidden,
    // 0999, "task terminated", may mean the job or the query: never taken for the job's failure.
    "Common.0025": .busy, "Common.0021": .busy, "Common.0999": .busy, "Ecs.0603": .busy,
    // "Failed to run the task", with status 500: about one task, but no record of a job, and so no failure.
    "111400842": .busy, "DCS.4842": .busy,
    // The server or instance is gone. That says nothing of the job, whose record may outlive it.
    "Ecs.0114": .busy, "Ecs.0614": .busy, "111404022": .busy, "DCS.3022": .busy,
    "Common.0001": .unreachable, "111500000": .unreachable, "DCS.5000": .unreachable,
  ]

  /// The codes of the gateway, by what follows `APIGW.` (Huawei Cloud) or `APIG.` (Open Telekom Cloud).
  private static let gatewayNumbers: [Substring: ErrorMeaning] = [
    "0101": .misconfigured,
    "0301": .refused, "0303": .refused, "0305": .refused, "0307": .refused,
    "0302": .forbidden, "0306": .forbidden,
    "0308": .throttled,
  ]

  /// Whether the code is the gateway's and not a service's.
  static func isGateway(_ code: String) -> Bool { gatewayNumber(code) != nil }

  private static func gatewayNumber(_ code: String) -> Substring? {
    ["APIGW.", "APIG."].first { code.hasPrefix($0) }.map { code.dropFirst($0.count) }
  }
}

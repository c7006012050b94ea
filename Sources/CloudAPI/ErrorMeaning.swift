/// What an error is about. A listed code wins over the status, because the statuses of ECS "may not
/// be accurate" (cloud-api, section 1).
enum ErrorMeaning {
  case throttled, absent, misconfigured, refused, forbidden, busy, unreachable
  /// Not about anything that this client did or asked.
  case garbled

  /// Codes of cloud-api, sections 1 to 5, apart from the services' own `absentCodes`.
  private static let meanings: [String: ErrorMeaning] = [
    "Common.0024": .throttled, "Common.1503": .throttled,
    "APIGW.0308": .throttled, "APIG.0308": .throttled,
    "APIGW.0101": .misconfigured, "APIG.0101": .misconfigured,
    "111404001": .misconfigured, "DCS.4001": .misconfigured,
    "Common.0018": .misconfigured, "Ecs.0023": .misconfigured, "DCS.1004": .misconfigured,
    "Common.0013": .refused, "DCS.1001": .refused,
    "APIGW.0301": .refused, "APIG.0301": .refused, "APIGW.0303": .refused,
    "APIG.0303": .refused, "APIGW.0305": .refused, "APIG.0305": .refused,
    "APIGW.0307": .refused, "APIG.0307": .refused,
    "Pdp.0001": .forbidden, "DCS.2003": .forbidden,
    "APIGW.0302": .forbidden, "APIG.0302": .forbidden,
    "APIGW.0306": .forbidden, "APIG.0306": .forbidden,
    "Common.0025": .busy, "Common.0021": .busy, "Common.0999": .busy, "Ecs.0603": .busy,
    "Common.0001": .unreachable,
  ]

  /// Nil for a code that is not listed. Without a `service` no code is about a job.
  init?(code: String, service: CloudService? = nil) {
    if let service, service.absentCodes.contains(code) {
      self = .absent
    } else if let meaning = Self.meanings[code] {
      self = meaning
    } else {
      return nil
    }
  }

  init(status: Int) {
    self =
      switch status {
      case 401: .refused
      case 403: .forbidden
      case 429: .throttled
      // A proxy on the way wants something, or gave up waiting.
      case 407, 408, 500...599: .unreachable
      default: .garbled
      }
  }
}

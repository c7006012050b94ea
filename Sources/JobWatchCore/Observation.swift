/// What one call to the cloud says, in the terms that decide what happens next.
package enum Observation: Hashable, Sendable {
  /// 200 with a known status, for the job asked for.
  case seen(JobState, JobReport)
  /// 200 for the job asked for, with a status that is missing or not in the service's vocabulary.
  case unrecognised(JobReport)
  /// An unusable answer: not JSON, truncated, too large, a proxy's page, another job's record.
  case garbled(String)
  /// The quota is used up. No fault of the job or the endpoint.
  case throttled(Throttle)
  /// "No such job".
  case absent(code: String)
  /// The request can never work as configured: wrong project, wrong URL.
  case misconfigured(APIError)
  /// 401: the credential is not accepted.
  case refused(APIError)
  /// 403: the credential is accepted, the call is not allowed.
  case forbidden(APIError)
  /// 401 because the signature's date is too far from the cloud's clock; `serverTime` is the cloud's, if told.
  case skewed(serverTime: Timestamp?, APIError)
  /// No usable answer: 5xx, timeout, name, TLS, reset.
  case unreachable(String)
  /// The service took the call and has no answer for this job now (`Common.0025`, `.0021`, `.0999`, `Ecs.0603`, an
  /// unlisted code with a 400). The breaker does not count it.
  case busy(String)
}

/// What a throttling answer said of the quota; each part may be missing.
package struct Throttle: Hashable, Sendable {
  /// Calls allowed in `window` ("limit:200").
  package var limit: Int?
  /// The window of `limit` ("time:1 minute").
  package var window: Duration?
  /// From the `Retry-After` header: no call before this has passed.
  package var retryAfter: Duration?
  /// "policy ip": the limit is shared by everything that calls from this host.
  package var perHost: Bool
  package var code: String

  package init(
    limit: Int? = nil, window: Duration? = nil, retryAfter: Duration? = nil, perHost: Bool = false, code: String
  ) {
    self.limit = limit
    self.window = window
    self.retryAfter = retryAfter
    self.perHost = perHost
    self.code = code
  }
}

/// An error in the cloud's own words; never holds a secret.
package struct APIError: Hashable, Sendable {
  /// Empty where there is none.
  package var code: String
  package var message: String

  package init(code: String, message: String) { (self.code, self.message) = (code, message) }

  package var text: String { code.isEmpty ? message : "\(code) \(message)" }
}

/// The raw answer, kept because the cloud is about to delete its own copy.
package struct Evidence: Hashable, Sendable {
  package var httpStatus: Int
  /// `X-Request-Id`: what the vendor's support asks for.
  package var requestID: String?
  /// The `Date` header.
  package var serverDate: Timestamp?
  package var body: [UInt8]

  package init(httpStatus: Int, requestID: String? = nil, serverDate: Timestamp? = nil, body: [UInt8]) {
    self.httpStatus = httpStatus
    self.requestID = requestID
    self.serverDate = serverDate
    self.body = body
  }
}

/// One call's outcome. `evidence` is nil when no HTTP answer arrived.
package struct Answer: Sendable {
  package var observation: Observation
  package var evidence: Evidence?

  package init(_ observation: Observation, evidence: Evidence? = nil) {
    self.observation = observation
    self.evidence = evidence
  }
}

import JobWatchCore

/// An exchange with a service that hands out credentials, IAM or the metadata service: how it is asked, and what its
/// answers mean.
struct IdentityCall: Sendable {
  /// Characters of the service's own words that are kept.
  private static let messageLimit = 500

  /// `IAM` or `the metadata service`.
  let name: String
  /// Its name among the endpoints of the configuration.
  let key: String
  /// `https://host[:port]`
  let endpoint: String
  let transport: HTTPTransport
  /// For one whole exchange.
  let timeout: Duration
  /// Knows what no failure may quote.
  var redaction = Redaction([])

  func address() throws(IssueFailure) -> EndpointAddress {
    if let address = EndpointAddress(endpoint) { return address }
    throw .misconfigured(
      APIError(
        code: "endpoint",
        message: "The endpoint of \(key) is not of the form https://host[:port]."))
  }

  /// - Parameter credential: what the request carries, if any: one that cannot be sent is no fault of the service.
  func send(
    _ request: HTTPRequest, with credential: Credential? = nil
  ) async throws(IssueFailure) -> HTTPResponse {
    do {
      return try await transport(request.identified, timeout, CloudClient.bodyLimit)
    } catch {
      if error.kind == .other, let credential, !credential.isSendable {
        throw .refused(Credential.unsendable)
      }
      throw unusable(error.message)
    }
  }

  /// How long what was handed out is good: until `expiresAt`, counted by the service's own clock.
  /// Throws if that is missing, cannot be read or is over already.
  func lifetime(
    until expiresAt: String?, in response: HTTPResponse, at now: Timestamp
  ) throws(IssueFailure) -> Duration {
    guard let time = CloudTimeParser.parse(expiresAt) else {
      throw unusable("its answer has no expires_at")
    }
    // Not quoted: what stands beside it in the answer is secret.
    guard let end = time.instant else {
      throw unusable("its answer has an expires_at that cannot be read as a time")
    }
    let answered = response.date(near: now) ?? now
    guard end > answered else {
      throw unusable("what it handed out had expired at \(end), and it answered at \(answered)")
    }
    return end - answered
  }

  func unusable(_ what: String) -> IssueFailure {
    .unreachable("\(name) at \(endpoint): \(what)")
  }

  /// For a success with something else than `expected` in its body.
  func unusable(_ response: HTTPResponse, insteadOf expected: String) -> IssueFailure {
    unusable("it answered with \(response.obstacle ?? "something else than \(expected)")")
  }

  /// The failure that an answer without a credential means.
  /// - Parameter objection: decides about what a person has to correct: its meaning is refused, forbidden or
  ///   misconfigured.
  func failure(
    _ response: HTTPResponse, at now: Timestamp,
    objection: (ErrorMeaning, APIError) -> IssueFailure
  ) -> IssueFailure {
    let body = response.truncated ? nil : ErrorBody(response.body)
    let error = APIError(
      code: redaction.excerpt(body?.code ?? "HTTP \(response.status)", limit: 100),
      message: redaction.excerpt(
        body?.message ?? response.obstacle.map { "The answer has \($0)" } ?? "",
        limit: Self.messageLimit))
    switch meaning(of: response, body) {
    case .throttled:
      return .throttled(
        ThrottleMessage.read(
          code: error.code, message: error.message, retryAfter: response.retryAfter(at: now)))
    case .refused: return objection(.refused, error)
    case .forbidden: return objection(.forbidden, error)
    case .misconfigured, .absent: return objection(.misconfigured, error)
    case .busy, .unreachable, .garbled:
      let words =
        body?.summary(of: response) ?? UnusableAnswer(response: response, service: nil).summary
      return unusable(redaction.excerpt(words, limit: Self.messageLimit))
    }
  }

  /// As for a job's query, except that any other error is about what was asked, because IAM's codes are its statuses.
  private func meaning(of response: HTTPResponse, _ body: ErrorBody?) -> ErrorMeaning {
    let meaning = ErrorMeaning(status: response.status, code: body?.code, service: nil)
    let isObjection = body != nil && (400...499).contains(response.status)
    return [.garbled, .busy].contains(meaning) && isObjection ? .misconfigured : meaning
  }
}

extension HTTPResponse {
  /// The object of a whole and sound body. A credential must not be a guess.
  var soundObject: JSONObject? {
    guard !truncated, let object = JSONObject(body), !object.isGuessed else { return nil }
    return object
  }
}

extension APIError {
  /// The same error, with what is to be done about it.
  func with(remedy: String) -> APIError {
    let end = message.isEmpty ? "" : message.hasSuffix(".") ? " " : ". "
    return APIError(code: code, message: "\(message)\(end)\(remedy)")
  }
}

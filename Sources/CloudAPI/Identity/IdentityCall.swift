import JobWatchCore

/// An exchange with a service that hands out credentials, IAM or the metadata service: what asking
/// them and reading what they say has in common.
struct IdentityCall: Sendable {
  /// Characters of the service's own words that are kept.
  private static let messageLimit = 500

  /// Who is asked, for people: `IAM at https://iam.eu-de.otc.t-systems.com`.
  let peer: String
  let transport: HTTPTransport
  /// For one whole exchange.
  let timeout: Duration
  /// Knows what no failure may quote.
  let redaction: Redaction

  /// `credential` is what the request carries, if any: one that cannot be sent is no fault of the
  /// service.
  func send(
    _ request: HTTPRequest, with credential: Credential? = nil
  ) async throws(IssueFailure) -> HTTPResponse {
    var request = request
    // Not signed: a proxy may rewrite them, and need not break the signature by it.
    request.headers.append(("User-Agent", CloudClient.defaultUserAgent))
    request.headers.append(("Accept", "application/json"))
    do {
      return try await transport(request, timeout, CloudClient.bodyLimit)
    } catch {
      if error.kind == .other, let credential, !credential.isSendable {
        throw .refused(Credential.unsendable)
      }
      throw .unreachable("\(peer): \(error.message)")
    }
  }

  /// How long what was handed out is good: until `expiresAt`, counted by the service's own clock.
  /// Throws for what is missing, cannot be read or is over already.
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

  /// A success that does not bring what it should.
  func unusable(_ what: String) -> IssueFailure { .unreachable("\(peer): \(what)") }

  /// What an answer that hands nothing out means. `objection` decides about what a person has to
  /// mend: its meaning is refused, forbidden or misconfigured.
  func failure(
    _ response: HTTPResponse, at now: Timestamp,
    objection: (ErrorMeaning, APIError) -> IssueFailure
  ) -> IssueFailure {
    let error = response.truncated ? nil : ErrorBody(response.body)
    let complaint = APIError(
      code: redaction.excerpt(error?.code ?? "HTTP \(response.status)", limit: 100),
      message: redaction.excerpt(
        error?.message ?? response.obstacle.map { "The answer has \($0)" } ?? "",
        limit: Self.messageLimit))
    switch meaning(of: response, error) {
    case .throttled:
      return .throttled(
        ThrottleMessage.read(
          code: complaint.code, message: complaint.message,
          retryAfter: response.retryAfter(at: now)))
    case .refused: return objection(.refused, complaint)
    case .forbidden: return objection(.forbidden, complaint)
    case .misconfigured, .absent: return objection(.misconfigured, complaint)
    case .busy, .unreachable, .garbled:
      let summary = UnusableAnswer(response: response, service: nil).summary
      let words = error.map { "HTTP \(response.status), \($0.code): \($0.message)" } ?? summary
      return unusable(redaction.excerpt(words, limit: Self.messageLimit))
    }
  }

  /// As for a job's question, but that any other complaint is about what was asked: IAM's codes are
  /// its statuses (cloud-api, section 1, "Error query replies").
  private func meaning(of response: HTTPResponse, _ error: ErrorBody?) -> ErrorMeaning {
    let meaning = ErrorMeaning(status: response.status, code: error?.code, service: nil)
    let isComplaint = error != nil && (400...499).contains(response.status)
    return [.garbled, .busy].contains(meaning) && isComplaint ? .misconfigured : meaning
  }
}

extension APIError {
  /// The same complaint, with what is to be done about it.
  func mended(by cure: String) -> APIError {
    let end = message.isEmpty ? "" : message.hasSuffix(".") ? " " : ". "
    return APIError(code: code, message: "\(message)\(end)\(cure)")
  }

  static func unusableEndpoint(_ name: String) -> APIError {
    APIError(
      code: "endpoint",
      message: "The endpoint of \(name) is not of the form https://host[:port].")
  }
}

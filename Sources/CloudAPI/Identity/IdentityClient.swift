import JobWatchCore

/// A credential from IAM or the metadata service.
package struct IssuedCredential: Sendable, Hashable {
  package var credential: Credential
  /// From the answer on: `expires_at` less the answer's `Date`, else less the time of asking; nil if it does not
  /// expire. It may be a second too long, because `Date` has whole seconds.
  package var lifetime: Duration?
  /// The project that a token is scoped to, if the answer says so.
  package var projectID: String?

  package init(credential: Credential, lifetime: Duration? = nil, projectID: String? = nil) {
    self.credential = credential
    self.lifetime = lifetime
    self.projectID = projectID
  }
}

/// Why nothing was handed out. No text in it quotes a secret.
package enum IssueFailure: Error, Sendable, Hashable {
  /// The proof is not accepted: a wrong password, no agency on this server. It may be accepted later, when a person has
  /// changed something in the cloud.
  case refused(APIError)
  /// It can never work as configured: no such project, a wrong address. The message names the keys of the configuration
  /// to look at.
  case misconfigured(APIError)
  case throttled(Throttle)
  /// No usable answer: network, 5xx, something else than the documented reply.
  case unreachable(String)
}

/// Asks IAM or the metadata service, which hand out credentials. Each question is a file of its own.
package struct IdentityClient: Sendable {
  /// By its name among the endpoints of the configuration.
  package enum Service: String, CaseIterable, Sendable { case iam, metadata }

  /// Characters of the service's own words that are kept.
  private static let messageLimit = 500

  private let service: Service
  private let endpoint: String
  private let transport: HTTPTransport
  private let timeout: Duration
  var redaction = Redaction([])

  /// - Parameters:
  ///   - endpoint: `https://host[:port]`.
  ///   - timeout: for one whole exchange; by default 30 s for IAM, and 3 s for the metadata service, which is near.
  package init(_ service: Service, endpoint: String, transport: @escaping HTTPTransport, timeout: Duration? = nil) {
    self.service = service
    self.endpoint = endpoint
    self.transport = transport
    self.timeout = timeout ?? (service == .iam ? .seconds(30) : .seconds(3))
  }

  /// The result of `work` with a client whose failures quote none of `secrets`.
  func result<Value>(
    hiding secrets: [String] = [], _ work: (IdentityClient) async throws(IssueFailure) -> Value
  ) async -> Result<Value, IssueFailure> {
    var client = self
    client.redaction = Redaction(secrets)
    do throws(IssueFailure) {
      return .success(try await work(client))
    } catch {
      return .failure(error)
    }
  }

  func address() throws(IssueFailure) -> EndpointAddress {
    if let address = EndpointAddress(endpoint) { return address }
    throw .misconfigured(
      APIError(
        code: "endpoint",
        message: "The endpoint of \(service.rawValue) is not of the form https://host[:port]."))
  }

  /// - Parameter credential: what the request carries, if any: one that cannot be sent is no fault of the service.
  func send(_ request: HTTPRequest, with credential: Credential? = nil) async throws(IssueFailure) -> HTTPResponse {
    do {
      return try await transport(request.identified, timeout, CloudClient.bodyLimit)
    } catch {
      if error.kind == .other, let credential, !credential.isSendable { throw .refused(Credential.unsendable) }
      throw unusable(error.message)
    }
  }

  /// How long what was handed out is good: until `expiresAt`, counted by the service's own clock.
  /// Throws if that is missing, cannot be read or is over already.
  func lifetime(
    until expiresAt: String?, in response: HTTPResponse, at now: Timestamp
  ) throws(IssueFailure) -> Duration {
    guard let time = CloudTimeParser.parse(expiresAt) else { throw unusable("its answer has no expires_at") }
    // Not quoted: what stands beside it in the answer is secret.
    guard let end = time.instant else { throw unusable("its answer has an expires_at that cannot be read as a time") }
    let answered = response.date(near: now) ?? now
    guard end > answered else {
      throw unusable("what it handed out had expired at \(end), and it answered at \(answered)")
    }
    return end - answered
  }

  func unusable(_ what: String) -> IssueFailure {
    let name = service == .iam ? "IAM" : "the metadata service"
    return .unreachable("\(name) at \(endpoint): \(what)")
  }

  /// The failure that an answer without a credential means.
  /// - Parameter remedy: says of a refused, a forbidden or a misconfigured call whether a person has to correct the
  ///   cloud (`refused`) or the configuration, and how.
  func failure(
    _ response: HTTPResponse, at now: Timestamp,
    remedy: (ErrorMeaning) -> (isRefusal: Bool, text: String)
  ) -> IssueFailure {
    let body = response.truncated ? nil : ErrorBody(response.body)
    var error = APIError(
      code: redaction.excerpt(body?.code ?? "HTTP \(response.status)", limit: 100),
      message: redaction.excerpt(
        body?.message ?? response.obstacle.map { "The answer has \($0)" } ?? "", limit: Self.messageLimit))
    let meaning = meaning(of: response, body)
    switch meaning {
    case .throttled:
      return .throttled(Throttle(code: error.code, message: error.message, retryAfter: response.retryAfter(at: now)))
    case .refused, .forbidden, .misconfigured, .absent:
      let remedy = remedy(meaning)
      let end = error.message.isEmpty ? "" : error.message.hasSuffix(".") ? " " : ". "
      error.message += end + remedy.text
      return remedy.isRefusal ? .refused(error) : .misconfigured(error)
    case .busy, .unreachable, .garbled:
      let words = body?.summary(of: response) ?? UnusableAnswer(response: response, service: nil).summary
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
  /// The object of a whole body, read as a job's record is.
  var soundObject: JSONObject? { truncated ? nil : JSONObject(body)?.withoutGuesses }
}

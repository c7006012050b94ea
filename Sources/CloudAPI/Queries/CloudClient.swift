import JobWatchCore

/// Asks the clouds for jobs. It keeps nothing between two questions and never throws: whatever goes
/// wrong is an observation.
package struct CloudClient: Sendable {
  /// What the clouds see as `User-Agent`.
  package static let defaultUserAgent = "jobwatch/\(ProgramVersion.text)"
  /// A job of 1000 parts takes some 400 kB; an answer beyond this is not a job's record. To decode
  /// JSON takes up to 24 bytes for each of its own, in one piece.
  package static let bodyLimit = 2 * 1024 * 1024

  let transport: HTTPTransport
  let timeout: Duration
  let userAgent: String

  /// `timeout` is for one whole exchange.
  package init(
    transport: @escaping HTTPTransport, timeout: Duration = .seconds(30),
    userAgent: String = CloudClient.defaultUserAgent
  ) {
    self.transport = transport
    self.timeout = timeout
    self.userAgent = userAgent
  }

  package func ask(_ query: JobQuery) async -> Answer {
    guard let request = query.request(userAgent: userAgent) else {
      return Answer(
        .misconfigured(
          APIError(
            code: "endpoint",
            message: "the endpoint of \(query.service.name) is not of the form https://host[:port]")
        ))
    }
    do {
      let response = try await transport(request, timeout, Self.bodyLimit)
      let classifier = AnswerClassifier(
        service: query.service, jobID: query.jobID, now: query.signingTime,
        confidential: query.credential.confidential)
      return classifier.answer(to: response)
    } catch {
      return Answer(observation(of: error, query))
    }
  }

  private func observation(of failure: HTTPFailure, _ query: JobQuery) -> Observation {
    // A line break in a secret (two lines in its file) cannot be sent, and is no fault of the
    // endpoint.
    guard failure.kind == .other, !query.credential.isSendable else {
      return .unreachable("\(query.endpoint): \(failure.message)")
    }
    return .refused(Credential.unsendable)
  }
}

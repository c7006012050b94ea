import JobWatchCore

/// Says what an HTTP answer to the query for one job means, as a function of values.
struct AnswerClassifier: Sendable {
  /// Unicode scalars of the cloud's message that are kept.
  private static let messageLimit = 500
  /// Bytes that are kept of an answer without a record: the beginning of a foreign page tells enough.
  private static let foreignBodyLimit = 16_384
  /// A signature that is further from the cloud's time is refused by APIGW.0301, "signature expired".
  private static let signatureSkew = Duration.minutes(15)

  let service: CloudService
  let jobID: String
  /// When the query was signed, which also is the time for a `Retry-After` that is a date, where the answer has none.
  let now: Timestamp
  /// Texts that are taken out where the answer quotes them.
  var confidential: [String] = []

  func answer(to response: HTTPResponse) -> Answer {
    var evidence = Evidence(
      httpStatus: response.status, requestID: response.headers.first("X-Request-Id"),
      serverDate: response.date(near: now), body: response.body)
    let finding = response.isWholeSuccess ? JobRecordDecoder.decode(response.body, service: service, jobID: jobID) : nil
    if let seen = finding.flatMap({ observation(of: $0, in: response.body) }) {
      return Answer(seen, evidence: evidence)
    }
    // The `error_code` of another job's record, for example, is not about this query.
    let isOfAnother = finding?.record?.jobID.map { !$0.matchesFieldName(jobID) } ?? false
    let body = response.truncated || isOfAnother ? nil : ErrorBody(response.body)
    evidence.requestID = (evidence.requestID ?? body?.requestID).map(excerpt)
    evidence.body = foreign(response.body)
    return Answer(observation(response, body, serverDate: evidence.serverDate), evidence: evidence)
  }

  /// Nil for what is no record of the job.
  private func observation(of finding: JobRecordDecoder.Finding, in body: [UInt8]) -> Observation? {
    guard case .record(let record) = finding else { return .absent(code: "empty list") }
    guard let recordID = record.jobID, recordID.matchesFieldName(jobID) else { return nil }
    let report = record.report
    // A guess is not believed, because an end stops the watch.
    if record.isStatusGuess { return .unrecognised(report) }
    if let state = service.state(of: report.rawStatus) { return .seen(state, report) }
    // Throttling may come as a success (202, Common.0024), but without a status.
    let code = report.rawStatus.isEmpty ? ErrorBody(body)?.code : nil
    let isError = code.flatMap { ErrorMeaning(code: $0, service: service) } != nil
    return isError ? nil : .unrecognised(report)
  }

  private func observation(_ response: HTTPResponse, _ body: ErrorBody?, serverDate: Timestamp?) -> Observation {
    let unusable = UnusableAnswer(response: response, service: service)
    let message = body?.message ?? "the answer has \(unusable.content)"
    let error = APIError(
      code: body.map { excerpt($0.code) } ?? "HTTP \(response.status)",
      message: excerpt(message.isEmpty ? "no message given" : message))
    func summary() -> String { excerpt(body?.summary(of: response) ?? unusable.summary) }
    // A firewall's page is not the cloud's word on what this user may do.
    let isBlocked = body == nil && response.status == 403 && unusable.isFirewalled
    let meaning = isBlocked ? .garbled : ErrorMeaning(status: response.status, code: body?.code, service: service)
    switch meaning {
    case .throttled:
      return .throttled(Throttle(code: error.code, message: message, retryAfter: response.retryAfter(at: now)))
    case .absent: return .absent(code: error.code)
    case .misconfigured: return .misconfigured(error)
    case .refused:
      // Where its reason broke off, a refusal that had to come for the date is no word on the key.
      let isTooFarOff = serverDate.map { $0 > now + Self.signatureSkew || $0 < now - Self.signatureSkew } ?? false
      guard body?.saysSignatureExpired ?? isTooFarOff else { return .refused(error) }
      return .skewed(serverTime: body?.serverTime ?? serverDate, error)
    case .forbidden: return .forbidden(error)
    case .busy: return .busy("\(error.code): \(error.message)")
    case .unreachable: return .unreachable(summary())
    case .garbled: return .garbled(summary())
    }
  }

  private func excerpt(_ text: String) -> String { Redaction(confidential).excerpt(text, limit: Self.messageLimit) }

  /// The beginning of a body without a record, cut between two characters. It is cleaned before the cut, because a
  /// secret across the cut would stay in part.
  private func foreign(_ body: [UInt8]) -> [UInt8] {
    let cleaned = Redaction(confidential).clean(Array(body.prefix(8 * Self.foreignBodyLimit)))
    guard cleaned.count > Self.foreignBodyLimit else { return cleaned }
    var end = Self.foreignBodyLimit
    while end > 0 && cleaned[end] & 0b1100_0000 == 0b1000_0000 { end -= 1 }
    return Array(cleaned[..<end])
  }
}

extension Answer {
  /// Whether an answer without a record is about the endpoint and not about this job: nothing came back, or a gateway
  /// or a proxy answered without the service. A service's own code may be about this job alone.
  package var isOfEndpoint: Bool {
    guard let evidence else { return true }
    guard [407, 408, 502, 503, 504].contains(evidence.httpStatus) else { return false }
    guard let code = ErrorBody(evidence.body)?.code else { return true }
    return ErrorMeaning.isGateway(code) || code == String(evidence.httpStatus)
  }
}

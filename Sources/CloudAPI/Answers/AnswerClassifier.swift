import JobWatchCore

/// Says what an HTTP answer to the question for one job means: the table of DESIGN 4 as a function
/// of values.
package struct AnswerClassifier: Sendable {
  /// Characters of the cloud's message that are kept.
  private static let messageLimit = 500
  /// Bytes of an answer that is no record which are kept as evidence: an error is short, and of a
  /// foreign page the beginning tells enough.
  private static let foreignBodyLimit = 16_384

  let service: CloudService
  /// The job that was asked for.
  let jobID: String
  /// For a `Retry-After` that is a date, where the answer has no `Date` of its own.
  let now: Timestamp
  private let confidential: [String]

  /// `confidential`: texts that must not be kept should the answer quote them.
  package init(
    service: CloudService, jobID: String, now: Timestamp, confidential: [String] = []
  ) {
    self.service = service
    self.jobID = jobID
    self.now = now
    self.confidential = confidential
  }

  package func answer(to response: HTTPResponse) -> Answer {
    var evidence = Evidence(
      httpStatus: response.status, requestID: response.headers.first("X-Request-Id"),
      serverDate: response.date(near: now), body: response.body)
    if let seen = record(in: response) { return Answer(seen, evidence: evidence) }
    let isOpaque = response.truncated || isRecordOfAnother(response)
    let error = isOpaque ? nil : ErrorBody(response.body)
    evidence.requestID = (evidence.requestID ?? error?.requestID).map(excerpt)
    evidence.body = foreign(response.body)
    return Answer(
      observation(response, error, serverDate: evidence.serverDate), evidence: evidence)
  }

  /// The job's record, if that is what a success brings; nil if not.
  private func record(in response: HTTPResponse) -> Observation? {
    guard (200...299).contains(response.status), !response.truncated,
      let finding = JobRecordDecoder.decode(response.body, service: service, jobID: jobID)
    else { return nil }
    guard case .record(let record) = finding else { return .absent(code: "empty list") }
    guard let recordID = record.jobID, recordID.matchesFieldName(jobID) else { return nil }
    let report = record.report
    // The watch ends with an end: only a sure one is believed.
    if record.isStatusGuess { return .unrecognised(report) }
    if let state = service.state(of: report.rawStatus) { return .seen(state, report) }
    // Throttling may come as a success (202, Common.0024); a record tells itself by its status.
    let isError = report.rawStatus.isEmpty && listedError(in: response.body)
    return isError ? nil : .unrecognised(report)
  }

  /// What such a record says of its own job, an `error_code` above all, is not about this question.
  private func isRecordOfAnother(_ response: HTTPResponse) -> Bool {
    guard (200...299).contains(response.status),
      let recordID = JobRecordDecoder.decode(response.body, service: service)?.record?.jobID
    else { return false }
    return !recordID.matchesFieldName(jobID)
  }

  private func listedError(in body: [UInt8]) -> Bool {
    ErrorBody(body).map { ErrorMeaning(code: $0.code, service: service) != nil } ?? false
  }

  private func observation(
    _ response: HTTPResponse, _ error: ErrorBody?, serverDate: Timestamp?
  ) -> Observation {
    let unusable = UnusableAnswer(response: response, service: service)
    let code = error.map { excerpt($0.code) } ?? "HTTP \(response.status)"
    let message = error?.message ?? "the answer has \(unusable.content)"
    let complaint = APIError(
      code: code, message: excerpt(message.isEmpty ? "no message given" : message))
    func summary() -> String {
      excerpt(
        error.map { "HTTP \(response.status), \($0.code): \($0.message)" } ?? unusable.summary)
    }
    // A firewall's page is not the cloud's word on what this user may do.
    let isBlocked = error == nil && response.status == 403 && unusable.isFirewalled
    let meaning =
      isBlocked
      ? .garbled : ErrorMeaning(status: response.status, code: error?.code, service: service)
    switch meaning {
    case .throttled:
      return .throttled(
        ThrottleMessage.read(
          code: code, message: message, retryAfter: response.retryAfter(at: now)))
    case .absent: return .absent(code: code)
    case .misconfigured: return .misconfigured(complaint)
    case .refused:
      guard Self.isSkew(message) else { return .refused(complaint) }
      return .skewed(serverTime: Self.serverTime(in: message) ?? serverDate, complaint)
    case .forbidden: return .forbidden(complaint)
    case .busy: return .busy("\(code): \(complaint.message)")
    case .unreachable: return .unreachable(summary())
    case .garbled: return .garbled(summary())
    }
  }

  /// Whether the gateway found the signature's date too far from its own clock:
  /// `signature expired, signature time:20211217T064303Z,server time:20211217T065804Z`.
  private static func isSkew(_ message: String) -> Bool {
    TextScanner(behind: "signature expired", in: message) != nil
  }

  private static func serverTime(in message: String) -> Timestamp? {
    TextScanner(behind: "server time:", in: message).flatMap { scanner in
      var scanner = scanner
      scanner.skipBlanks()
      return SigningDate.time(scanner.peek(16))
    }
  }

  /// Made only where something has to be cleaned: most answers are records, which are kept as they are.
  private var redaction: Redaction { Redaction(confidential) }

  private func excerpt(_ text: String) -> String {
    redaction.excerpt(text, limit: Self.messageLimit)
  }

  /// The beginning of a body that is no record, cut between two characters. Cleaned before it is
  /// cut, so that no secret lies across the cut and stays in part.
  private func foreign(_ body: [UInt8]) -> [UInt8] {
    let cleaned = redaction.clean(Array(body.prefix(8 * Self.foreignBodyLimit)))
    guard cleaned.count > Self.foreignBodyLimit else { return cleaned }
    var end = Self.foreignBodyLimit
    while end > 0 && cleaned[end] & 0b1100_0000 == 0b1000_0000 { end -= 1 }
    return Array(cleaned[..<end])
  }
}

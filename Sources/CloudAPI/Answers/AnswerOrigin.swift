import JobWatchCore

extension Answer {
  /// Of an answer that is none: whether it speaks of the endpoint, whatever job was asked for. Nothing came back, or what
  /// came is from a gateway or a proxy that has no service behind it. A service that names a code of its own was asked,
  /// and may object to this job alone.
  package var isOfEndpoint: Bool {
    guard let evidence else { return true }
    guard [407, 408, 502, 503, 504].contains(evidence.httpStatus) else { return false }
    guard let code = ErrorBody(evidence.body)?.code else { return true }
    return ErrorMeaning.isGateway(code) || code == String(evidence.httpStatus)
  }
}

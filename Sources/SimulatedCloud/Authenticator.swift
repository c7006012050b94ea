import CloudAPI
import JobWatchCore

/// Decides as the API gateway does whether a request proves who sent it, by a signature or a token.
///
/// A key that fails too often in a row is locked: then even a good signature is refused. A client therefore has to
/// stop asking after the first refusal.
struct Authenticator: Sendable {
  static let failuresUntilLock = 5
  static let lockTime: Duration = .minutes(5)

  private struct Failures {
    var count = 0
    var lockedUntil: Timestamp?
  }

  var credentials: AcceptedCredentials
  var issued = IssuedProofs()
  /// Failures in a row, by access key, known or not.
  private var failures: [String: Failures] = [:]

  init(_ credentials: AcceptedCredentials) { self.credentials = credentials }

  /// Why the request is refused, in the gateway's words; nil if it is not. `now` is the cloud's clock.
  mutating func objection(to request: ReceivedRequest, at now: Timestamp) -> String? {
    if let text = request.header("authorization") {
      guard let sent = AuthorizationHeader(text) else { return "Unauthorized" }
      return objection(to: request, signedBy: sent, at: now)
    }
    guard let token = request.header("x-auth-token") else { return "Unauthorized" }
    let isGood =
      credentials.tokens.contains(Secret(token)) || issued.accepts(Secret(token), at: now)
    return isGood ? nil : "decrypt token fail"
  }

  /// The one project that the request's token is for; nil for a proof that names none.
  func project(of request: ReceivedRequest) -> String? {
    request.header("x-auth-token").flatMap { issued.project(of: Secret($0)) }
  }

  private mutating func objection(
    to request: ReceivedRequest, signedBy sent: AuthorizationHeader, at now: Timestamp
  ) -> String? {
    var history = failures[sent.accessKey] ?? Failures()
    if let lockedUntil = history.lockedUntil {
      if now < lockedUntil { return "AK access failed to reach the limit,forbidden." }
      history = Failures()
    }
    guard let objection = fault(in: request, signedBy: sent, at: now) else {
      failures[sent.accessKey] = nil
      return nil
    }
    history.count += 1
    if history.count >= Self.failuresUntilLock { history.lockedUntil = now + Self.lockTime }
    failures[sent.accessKey] = history
    return objection
  }

  private func fault(
    in request: ReceivedRequest, signedBy sent: AuthorizationHeader, at now: Timestamp
  ) -> String? {
    guard let key = credentials.accessKeys[sent.accessKey] ?? issued.key(sent.accessKey, at: now)
    else {
      return "ak \(sent.accessKey) not exist"
    }
    guard let date = request.header("x-sdk-date"), let time = SigningDate.time(date),
      sent.signedHeaders.contains("x-sdk-date"),
      sent.day.map({ date.hasPrefix($0) }) ?? true
    else { return "verify aksk signature fail, x-sdk-date is missing, unsigned or malformed" }
    let age = now - time
    if age > Signer.tolerance || age < .zero - Signer.tolerance {
      return "calc aksk signature fail:signature expired, signature time:\(date),"
        + "server time:\(SigningDate.text(now))"
    }
    let signable = Self.signable(request)
    let expected = Signer(key: key, form: sent.form)
      .signature(of: signable, signedHeaders: sent.signedHeaders, date: date)
    if expected != sent.signature {
      let canonical = CanonicalRequest.bytes(of: signable, signedHeaders: sent.signedHeaders)
      return "verify aksk signature fail, canonicalRequest:"
        + String(decoding: canonical, as: UTF8.self).replacing("\n", with: "|")
    }
    if let token = key.securityToken, request.header("x-security-token") != token.reveal() {
      return "the security token does not belong to ak \(sent.accessKey)"
    }
    return nil
  }

  /// `host` is one of the received headers.
  private static func signable(_ request: ReceivedRequest) -> SignableRequest {
    SignableRequest(
      method: request.method, scheme: "http", host: "", path: request.path,
      query: request.queryPairs,
      headers: request.headers.map { ($0.name, $0.value) }, body: request.body)
  }
}

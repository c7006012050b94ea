import CloudAPI
import JobWatchCore

/// The credentials that the gateway accepts. They may change while the cloud runs: a key is revoked, its secret
/// rotated.
package struct AcceptedCredentials: Sendable {
  /// By the public half.
  package var accessKeys: [String: AccessKey]
  /// Good as `X-Auth-Token`.
  package var tokens: Set<Secret>

  package init(accessKeys: [AccessKey] = [], tokens: Set<Secret> = []) {
    self.accessKeys = Dictionary(accessKeys.map { ($0.access, $0) }, uniquingKeysWith: { _, last in last })
    self.tokens = tokens
  }
}

/// A received `Authorization: SDK-HMAC-SHA256 …`, in its parts.
package struct AuthorizationHeader: Sendable, Hashable {
  package var form: Signer.Form
  /// The public half of the key, to look the secret up by.
  package var accessKey: String
  /// The day that the scope of the `Credential=` form names, `20260115`; nil for the `Access=` form.
  package var day: String?
  /// In lower case, in the order sent.
  package var signedHeaders: [String]
  package var signature: String

  /// Nil for another algorithm, or if a part is missing.
  package init?(_ text: String) {
    let prefix = Signer.algorithm + " "
    guard text.hasPrefix(prefix) else { return nil }
    var parts: [Substring: Substring] = [:]
    for part in text.dropFirst(prefix.count).split(separator: ",") {
      let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { parts[pair[0]] = pair[1] }
    }
    guard let names = parts["SignedHeaders"], let signature = parts["Signature"] else {
      return nil
    }
    signedHeaders = names.split(separator: ";").map { $0.lowercased() }
    self.signature = String(signature)
    let scope = (parts["Credential"] ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if let access = parts["Access"] {
      (form, accessKey, day) = (.access, String(access), nil)
    } else if scope.count == 5, scope[2...] == ["", "", "sdk_request"] {
      (form, accessKey, day) = (.credential, scope[0], scope[1])
    } else {
      return nil
    }
  }
}

/// Decides as the API gateway does whether a request proves who sent it, by a signature or a token.
///
/// A key that fails too often in a row is locked: then even a good signature is refused. A client therefore has to
/// stop asking after the first refusal.
package struct Authenticator: Sendable {
  static let failuresUntilLock = 5
  static let lockTime: Duration = .minutes(5)

  private struct Failures {
    var count = 0
    var lockedUntil: Timestamp?
  }

  package var credentials: AcceptedCredentials
  /// Every secret that was ever handed out: a test looks for them in all files that the daemon wrote.
  package private(set) var issued: [Secret] = []
  /// Those handed out, good until they expire by the cloud's clock or are revoked.
  private var tokens: [Secret: (projectID: String, end: Timestamp)] = [:]
  private var keys: [String: (key: AccessKey, end: Timestamp)] = [:]
  /// Failures in a row, by access key, known or not.
  private var failures: [String: Failures] = [:]

  init(_ credentials: AcceptedCredentials) { self.credentials = credentials }

  // MARK: What was handed out

  mutating func accept(token: Secret, projectID: String, from now: Timestamp, until end: Timestamp) {
    issued.append(token)
    tokens = tokens.filter { $0.value.end > now }
    tokens[token] = (projectID, end)
  }

  mutating func accept(_ key: AccessKey, from now: Timestamp, until end: Timestamp) {
    issued += [key.secret, key.securityToken].compactMap(\.self)
    keys = keys.filter { $0.value.end > now }
    keys[key.access] = (key, end)
  }

  package mutating func revokeTokens() { tokens = [:] }

  /// The one project that the request's token is for; nil for a proof that names none.
  func project(of request: ReceivedRequest) -> String? {
    request.header("x-auth-token").flatMap { tokens[Secret($0)]?.projectID }
  }

  // MARK: Requests

  /// Why the request is refused, in the gateway's words; nil if it is not. `now` is the cloud's clock.
  mutating func objection(to request: ReceivedRequest, at now: Timestamp) -> String? {
    if let text = request.header("authorization") {
      guard let sent = AuthorizationHeader(text) else { return "Unauthorized" }
      return objection(to: request, signedBy: sent, at: now)
    }
    guard let token = request.header("x-auth-token").map(Secret.init) else { return "Unauthorized" }
    let isGood = credentials.tokens.contains(token) || tokens[token]?.end ?? now > now
    return isGood ? nil : "decrypt token fail"
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

  private func fault(in request: ReceivedRequest, signedBy sent: AuthorizationHeader, at now: Timestamp) -> String? {
    let handedOut = keys[sent.accessKey].flatMap { $0.end > now ? $0.key : nil }
    guard let key = credentials.accessKeys[sent.accessKey] ?? handedOut else { return "ak \(sent.accessKey) not exist" }
    guard let date = request.header("x-sdk-date"), let time = SigningDate.time(date),
      sent.signedHeaders.contains("x-sdk-date"), sent.day.map({ date.hasPrefix($0) }) ?? true
    else { return "verify aksk signature fail, x-sdk-date is missing, unsigned or malformed" }
    let age = now - time
    if age > Signer.tolerance || age < .zero - Signer.tolerance {
      return "calc aksk signature fail:signature expired, signature time:\(date),"
        + "server time:\(SigningDate.text(now))"
    }
    // `host` is one of the received headers.
    let signable = HTTPRequest(
      method: request.method, url: "http://\(request.path)?\(request.query)",
      headers: request.headers.map { ($0.name, $0.value) }, body: request.body)
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
}

import Crypto
import JobWatchCore
import Synchronization

/// The cloud gateway's request signature, `SDK-HMAC-SHA256`, in both forms in use: signer.py of
/// https://github.com/huaweicloud/huaweicloud-sdk-python-v3, and signer_helper.go of
/// https://github.com/opentelekomcloud/gophertelekomcloud for the older one.
///
/// ```
/// canonical request = METHOD \n path/ \n query \n name:value\n… \n names \n hex(SHA-256(body))
/// string to sign    = SDK-HMAC-SHA256 \n date \n [scope \n] hex(SHA-256(canonical request))
/// signature         = hex(HMAC-SHA256(key, string to sign))
/// ```
/// A client calls `sign`. A server computes `signature(of:signedHeaders:date:)` and compares it with the one sent.
package struct Signer: Sendable {
  /// How the signing key is made, and how `Authorization` names it.
  package enum Form: Sendable, Hashable {
    /// `Access=AK`: the secret key itself signs.
    case access
    /// `Credential=AK/day///sdk_request`: a key derived from the secret along that scope signs, as tools for Open
    /// Telekom Cloud do. They leave its region and its service empty.
    case credential
  }

  package static let algorithm = "SDK-HMAC-SHA256"
  /// How far the signature's date may be from the gateway's clock.
  package static let tolerance: Duration = .minutes(15)

  package var key: AccessKey
  package var form: Form

  package init(key: AccessKey, form: Form) {
    self.key = key
    self.form = form
  }

  /// Adds `X-Sdk-Date` and `Authorization`, and signs every header that is there already.
  package func sign(_ request: inout HTTPRequest, at time: Timestamp) {
    let date = SigningDate.text(time)
    request.headers.append(("X-Sdk-Date", date))
    request.headers.append(("Authorization", authorization(of: request, date: date)))
  }

  /// The value of `Authorization` for `request`; `date` is the value of its `X-Sdk-Date`.
  package func authorization(of request: HTTPRequest, date: String) -> String {
    let names = CanonicalRequest.signableHeaders(of: request)
    let signature = signature(of: request, signedHeaders: names, date: date)
    let identity = scope(date).map { "Credential=\(key.access)/\($0.joined(separator: "/"))" } ?? "Access=\(key.access)"
    let list = names.joined(separator: ";")
    return "\(Self.algorithm) \(identity), SignedHeaders=\(list), Signature=\(signature)"
  }

  /// The signature in hexadecimal over the headers named in `signedHeaders` (lower case, in that order).
  package func signature(of request: HTTPRequest, signedHeaders: [String], date: String) -> String {
    let canonical = CanonicalRequest.bytes(of: request, signedHeaders: signedHeaders)
    let text = stringToSign(canonicalRequest: canonical, date: date)
    return HMAC<SHA256>.authenticationCode(for: text, using: signingKey(date)).hexadecimal
  }

  func stringToSign(canonicalRequest: [UInt8], date: String) -> [UInt8] {
    let scope = scope(date).map { "\($0.joined(separator: "/"))\n" } ?? ""
    let hash = SHA256.hash(data: canonicalRequest).hexadecimal
    return Array("\(Self.algorithm)\n\(date)\n\(scope)\(hash)".utf8)
  }

  /// The derived key of each secret, and its day: they are four hashes, and change once a day.
  private static let derived = Mutex<[Secret: (day: String, key: SymmetricKey)]>([:])
  /// Secrets that were replaced make no more of them than this.
  private static let mostDerived = 64

  private func signingKey(_ date: String) -> SymmetricKey {
    guard let scope = scope(date) else { return SymmetricKey(data: Array(key.secret.reveal().utf8)) }
    return Self.derived.withLock { [secret = key.secret] derived in
      if let known = derived[secret], known.day == scope[0] { return known.key }
      let key = scope.reduce(SymmetricKey(data: Array("SDK\(secret.reveal())".utf8))) { key, part in
        SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
      }
      if derived.count >= Self.mostDerived { derived = [:] }
      derived[secret] = (scope[0], key)
      return key
    }
  }

  /// The parts of `day///sdk_request`; nil for the `Access=` form.
  private func scope(_ date: String) -> [String]? {
    form == .access ? nil : [String(date.prefix(8)), "", "", "sdk_request"]
  }
}

/// The text of `X-Sdk-Date`: `20260115T083000Z`, UTC, whole seconds.
package enum SigningDate {
  package static func text(_ time: Timestamp) -> String {
    time.description.prefix(19).split { $0 == "-" || $0 == ":" }.joined() + "Z"
  }

  /// Nil for any other form.
  package static func time(_ text: some StringProtocol) -> Timestamp? {
    var scanner = TextScanner(text)
    let time = read(&scanner)
    return scanner.isAtEnd ? time : nil
  }

  static func read(_ scanner: inout TextScanner) -> Timestamp? { scanner.civilTime("YMDThmsZ")?.timestamp }
}

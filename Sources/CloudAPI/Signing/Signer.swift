import Crypto
import JobWatchCore

/// The cloud gateway's request signature, `SDK-HMAC-SHA256`, in both forms in use: signer.py of
/// https://github.com/huaweicloud/huaweicloud-sdk-python-v3, and signer_helper.go of
/// https://github.com/opentelekomcloud/gophertelekomcloud for the older one.
///
/// ```
/// canonical request = METHOD \n path/ \n query \n name:value\n… \n names \n hex(SHA-256(body))
/// string to sign    = SDK-HMAC-SHA256 \n date \n [scope \n] hex(SHA-256(canonical request))
/// signature         = hex(HMAC-SHA256(key, string to sign))
/// ```
/// A client calls `sign`. A server parses `AuthorizationHeader`, looks up the secret by its `accessKey`, and compares
/// `signature(of:signedHeaders:date:)` with the one that was sent.
package struct Signer: Sendable {
  /// How the signing key is made, and how `Authorization` names it.
  package enum Form: Sendable, Hashable {
    /// `Access=AK`: the secret key itself signs.
    case access
    /// `Credential=AK/day/region/service/sdk_request`: a key derived from the secret along that scope signs. Clients
    /// leave region and service empty.
    case credential(region: String = "", service: String = "")
  }

  static let algorithm = "SDK-HMAC-SHA256"
  /// How far the signature's date may be from the gateway's clock.
  package static let tolerance: Duration = .minutes(15)

  package var key: AccessKey
  package var form: Form

  package init(key: AccessKey, form: Form) {
    self.key = key
    self.form = form
  }

  /// Adds `X-Sdk-Date` and `Authorization`, and signs every header that is there already.
  package func sign(_ request: inout SignableRequest, at time: Timestamp) {
    let date = SigningDate.text(time)
    request.headers.append(("X-Sdk-Date", date))
    request.headers.append(("Authorization", authorization(of: request, date: date)))
  }

  /// The value of `Authorization` for `request`; `date` is the value of its `X-Sdk-Date`.
  package func authorization(of request: SignableRequest, date: String) -> String {
    let names = CanonicalRequest.signableHeaders(of: request)
    let signature = signature(of: request, signedHeaders: names, date: date)
    let identity =
      switch form {
      case .access: "Access=\(key.access)"
      case .credential(let region, let service):
        "Credential=\(key.access)/\(Self.scope(date, region, service))"
      }
    let list = names.joined(separator: ";")
    return "\(Self.algorithm) \(identity), SignedHeaders=\(list), Signature=\(signature)"
  }

  /// The signature in hexadecimal over the headers named in `signedHeaders` (lower case, in that order).
  package func signature(
    of request: SignableRequest, signedHeaders: [String], date: String
  ) -> String {
    let canonical = CanonicalRequest.bytes(of: request, signedHeaders: signedHeaders)
    let text = stringToSign(canonicalRequest: canonical, date: date)
    let code = HMAC<SHA256>.authenticationCode(for: text, using: signingKey(date: date))
    return Hexadecimal.text(code)
  }

  func stringToSign(canonicalRequest: [UInt8], date: String) -> [UInt8] {
    var text = Array("\(Self.algorithm)\n\(date)\n".utf8)
    if case .credential(let region, let service) = form {
      text += Array("\(Self.scope(date, region, service))\n".utf8)
    }
    text += Hexadecimal.bytes(SHA256.hash(data: canonicalRequest))
    return text
  }

  private func signingKey(date: String) -> SymmetricKey {
    switch form {
    case .access: return SymmetricKey(data: Array(key.secret.reveal().utf8))
    case .credential(let region, let service):
      let root = SymmetricKey(data: Array("SDK\(key.secret.reveal())".utf8))
      return [String(date.prefix(8)), region, service, "sdk_request"].reduce(root) { key, part in
        SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
      }
    }
  }

  private static func scope(_ date: String, _ region: String, _ service: String) -> String {
    "\(date.prefix(8))/\(region)/\(service)/sdk_request"
  }
}

import CloudAPI

/// A received `Authorization: SDK-HMAC-SHA256 …`, in its parts.
package struct AuthorizationHeader: Sendable, Hashable {
  package var form: Signer.Form
  /// The public half of the key, to look the secret up by.
  package var accessKey: String
  /// The day that the scope of the `Credential=` form names, `20260115`; nil for the `Access=`
  /// form.
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
    if let access = parts["Access"] {
      (form, accessKey, day) = (.access, String(access), nil)
    } else if let scope = Self.scope(parts["Credential"]) {
      form = .credential(region: scope[2], service: scope[3])
      (accessKey, day) = (scope[0], scope[1])
    } else {
      return nil
    }
  }

  /// `AK/day/region/service/sdk_request`, where region and service may be empty.
  private static func scope(_ text: Substring?) -> [String]? {
    let parts = text?.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let parts, parts.count == 5, parts[4] == "sdk_request" else { return nil }
    return parts
  }
}

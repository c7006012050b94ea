/// An answer that is none, in words for people: what came instead.
enum ForeignAnswer {
  /// Characters of the sender's own words that are kept.
  private static let messageLimit = 500

  /// Nil for a success or failure with a body that is no error and no page.
  static func summary(
    of response: HTTPResponse, _ error: ErrorBody?, _ redaction: Redaction
  ) -> String? {
    let status = "HTTP \(response.status)"
    if (300...399).contains(response.status) {
      return "\(status) redirects to \(target(of: response)): check the endpoint"
    }
    if response.truncated { return "\(status), the body is too large or broke off" }
    if let error {
      let text = "\(error.code): \(error.message)"
      return "\(status), \(redaction.excerpt(text, limit: messageLimit))"
    }
    if response.body.isEmpty { return "\(status) without a body" }
    if response.body.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
      return "\(status) with an HTML page: perhaps a proxy answers instead of the cloud"
    }
    return nil
  }

  /// The host that a redirection names; the rest of the address may hold a secret.
  private static func target(of response: HTTPResponse) -> String {
    guard let location = response.headers.first("Location") else { return "nowhere" }
    guard
      let match = location.firstMatch(
        of: /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/(?:[^\/?#@]*@)?([^\/?#]{1,253})/)
    else { return "another path of the same host" }
    return "host \(match.1)"
  }
}

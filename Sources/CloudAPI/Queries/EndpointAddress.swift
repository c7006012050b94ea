/// `https://host` or `https://host:port`, without a path, in its parts.
struct EndpointAddress: Sendable, Hashable {
  let scheme: String
  /// With the port, as in the `Host` header.
  let host: String

  /// Nil for any other form.
  init?(_ endpoint: String) {
    guard let scheme = ["https", "http"].first(where: { endpoint.hasPrefix("\($0)://") }) else {
      return nil
    }
    var host = endpoint.dropFirst(scheme.count + 3)
    if host.hasSuffix("/") { host.removeLast() }
    // Anything behind the host, or a password before it, is not what a signature covers.
    let isBare = host.utf8.allSatisfy {
      (0x21...0x7e).contains($0) && !"/?#@\\".utf8.contains($0)
    }
    guard !host.isEmpty, isBare else { return nil }
    self.scheme = scheme
    self.host = String(host)
  }
}

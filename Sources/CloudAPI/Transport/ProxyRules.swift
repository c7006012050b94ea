import Foundation

/// Which requests go through a proxy, by the environment that most programs read:
///
/// ```
/// https_proxy HTTPS_PROXY    for https://; the first that is not empty counts
/// http_proxy  HTTP_PROXY     for http://
/// all_proxy   ALL_PROXY      for both, where the others are silent
/// no_proxy    NO_PROXY       exceptions, see `ProxyExceptions`
/// ```
/// Loopback and the clouds' metadata address are never asked through a proxy, because to the proxy they mean itself.
/// Every request passes by `CONNECT`, also one of http://.
package struct ProxyRules: Sendable, Hashable {
  /// No proxy for anything.
  package static let none = ProxyRules()

  private var secure: ProxyServer?
  private var plain: ProxyServer?
  private var exceptions = ProxyExceptions("")

  private init() {}

  /// With `NO_PROXY=*` the other variables are not read.
  package init(environment: [String: String]) throws(ProxyProblem) {
    exceptions = ProxyExceptions(Self.setting("no", environment)?.value ?? "")
    guard !exceptions.coverAll else { return }
    secure = try Self.server("https", environment)
    plain = try Self.server("http", environment)
  }

  private static func server(
    _ scheme: String, _ environment: [String: String]
  ) throws(ProxyProblem) -> ProxyServer? {
    guard let found = setting(scheme, environment) ?? setting("all", environment) else {
      return nil
    }
    return try ProxyServer(found.value, variable: found.variable)
  }

  private static func setting(
    _ kind: String, _ environment: [String: String]
  ) -> (variable: String, value: String)? {
    for variable in ["\(kind)_proxy", "\(kind.uppercased())_PROXY"] {
      let value = environment[variable]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
      if !value.isEmpty { return (variable, value) }
    }
    return nil
  }

  /// Every proxy that may be used.
  var servers: Set<ProxyServer> { Set([secure, plain].compactMap { $0 }) }

  /// The proxy to reach `url` by; nil for the direct route, and for what is no URL.
  package func server(for url: String) -> ProxyServer? {
    guard secure != nil || plain != nil, let parts = URLComponents(string: url),
      let host = parts.host?.lowercased()
    else { return nil }
    let isSecure = parts.scheme?.lowercased() == "https"
    let port = parts.port ?? (isSecure ? 443 : 80)
    guard !Self.isOwn(host), !exceptions.cover(host: host, port: port) else { return nil }
    return isSecure ? secure : plain
  }

  private static func isOwn(_ host: String) -> Bool {
    if let address = IPAddress(host) { return address.isLoopback || address.isMetadata }
    // Names that always mean loopback (RFC 6761, section 6.3).
    return host == "localhost" || host.hasSuffix(".localhost")
  }
}

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

  private static func server(_ scheme: String, _ environment: [String: String]) throws(ProxyProblem) -> ProxyServer? {
    guard let found = setting(scheme, environment) ?? setting("all", environment) else { return nil }
    return try ProxyServer(found.value, variable: found.variable)
  }

  private static func setting(_ kind: String, _ environment: [String: String]) -> (variable: String, value: String)? {
    for variable in ["\(kind)_proxy", "\(kind.uppercased())_PROXY"] {
      let value = environment[variable]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
      if !value.isEmpty { return (variable, value) }
    }
    return nil
  }

  var servers: Set<ProxyServer> { Set([secure, plain].compactMap { $0 }) }

  /// The proxy to reach `url` by; nil for the direct route, and for what is no URL.
  package func server(for url: String) -> ProxyServer? {
    guard secure != nil || plain != nil, let parts = URLComponents(string: url), let host = parts.host?.lowercased()
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

/// The entries of `NO_PROXY`, separated by commas or blanks:
///
/// ```
/// *                          every host
/// example.com                the host and all below it
/// .example.com *.example.com only those below it
/// 10.1.2.3  2001:db8::1      an address, compared by value
/// 10.0.0.0/8  2001:db8::/32  a network
/// HOST:PORT  [ADDRESS]:PORT  any of the hosts above, at this port only
/// ```
/// There is no standard; these are the forms of Go's `httpproxy` package, which the clouds' own tools use. As there,
/// what cannot be read is passed over. A name is not resolved to be compared with an address.
struct ProxyExceptions: Sendable, Hashable {
  private struct Rule: Hashable {
    enum Hosts: Hashable {
      /// `suffix` begins with a dot.
      case names(exact: String?, suffix: String)
      case network(IPAddress, length: Int)
    }

    var hosts: Hosts
    /// Nil for any.
    var port: Int?
  }

  /// Then no proxy is ever used, and none need be right.
  let coverAll: Bool
  private let rules: [Rule]

  init(_ list: String) {
    let entries = list.lowercased().split { $0 == "," || $0.isWhitespace }
    coverAll = entries.contains("*")
    rules = entries.compactMap(Self.rule)
  }

  /// `host` in lower case; an IPv6 address may have its brackets.
  func cover(host: String, port: Int) -> Bool {
    let address = IPAddress(host)
    return rules.contains { rule in
      guard rule.port == nil || rule.port == port else { return false }
      return switch rule.hosts {
      case .names(let exact, let suffix): host == exact || host.hasSuffix(suffix)
      case .network(let network, let length):
        address?.isWithin(network, length: length) ?? false
      }
    }
  }

  private static func rule(_ entry: Substring) -> Rule? {
    if let slash = entry.firstIndex(of: "/") {
      guard let network = IPAddress(entry[..<slash]),
        let length = Int(entry[slash...].dropFirst()), (0...network.width).contains(length)
      else { return nil }
      return Rule(hosts: .network(network, length: length))
    }
    var (host, port) = (entry, Int?.none)
    // An address may have colons of its own.
    if IPAddress(entry) == nil, !entry.hasSuffix("]"), let colon = entry.lastIndex(of: ":") {
      port = Int(entry[colon...].dropFirst())
      guard (1...65535).contains(port ?? 0) else { return nil }
      host = entry[..<colon]
    }
    if host.isEmpty { return nil }
    if let address = IPAddress(host) { return Rule(hosts: .network(address, length: address.width), port: port) }
    let below = host.hasPrefix("*.") ? host.dropFirst() : host
    let names: Rule.Hosts =
      below.hasPrefix(".") ? .names(exact: nil, suffix: String(below)) : .names(exact: String(host), suffix: ".\(host)")
    return Rule(hosts: names, port: port)
  }
}

/// A forward proxy, as a variable of the environment names it. It prints without its user and password.
package struct ProxyServer: Sendable, Hashable, CustomStringConvertible {
  /// A name, or an address without brackets.
  package let host: String
  package let port: Int
  package let user: String?
  package let password: Secret?
  /// Where it was found, such as `HTTPS_PROXY`.
  package let variable: String

  /// Reads `http://user:password@host:port`; only the host must be there. User and password may be percent-encoded. No
  /// error quotes the value, because it may hold a password.
  init(_ value: String, variable: String) throws(ProxyProblem) {
    func problem(_ message: String) -> ProxyProblem { ProxyProblem(variable: variable, message: message) }
    let url = value.contains("://") ? value : "http://\(value)"
    guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else {
      throw problem("is not the address of a proxy: write http://HOST:PORT, or unset it")
    }
    guard parts.scheme?.lowercased() == "http" else {
      throw problem(
        "names a proxy that is spoken to by \((parts.scheme ?? "").prefix(20))://, which jobwatch "
          + "cannot: write http://HOST:PORT (TLS to the cloud passes through it), or unset it")
    }
    port = parts.port ?? 80
    guard (1...65535).contains(port) else { throw problem("has a port outside 1 to 65535: correct it") }
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    user = parts.user
    password = parts.password.map(Secret.init)
    self.variable = variable
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A variable that names a proxy which cannot be used.
package struct ProxyProblem: Error, Sendable, Hashable, CustomStringConvertible {
  package var variable: String
  /// The problem and what to do, without the variable's name and value.
  package var message: String
  package var description: String { "\(variable) \(message)" }
}

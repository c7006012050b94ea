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
  private enum Rule: Hashable {
    case all
    /// `suffix` begins with a dot.
    case names(exact: String?, suffix: String, port: Int?)
    case network(IPAddress, length: Int, port: Int?)
  }

  private let rules: [Rule]

  init(_ list: String) {
    rules = list.lowercased().split { $0 == "," || $0.isWhitespace }.compactMap(Self.rule)
  }

  var coverAll: Bool { rules.contains(.all) }

  /// `host` in lower case; an IPv6 address may have its brackets.
  func cover(host: String, port: Int) -> Bool {
    let address = IPAddress(host)
    return rules.contains { rule in
      switch rule {
      case .all: true
      case .names(let exact, let suffix, let only):
        (only ?? port) == port && (host == exact || host.hasSuffix(suffix))
      case .network(let network, let length, let only):
        (only ?? port) == port && address?.isWithin(network, length: length) == true
      }
    }
  }

  private static func rule(_ entry: Substring) -> Rule? {
    if entry == "*" { return .all }
    if let slash = entry.firstIndex(of: "/") {
      guard let network = IPAddress(entry[..<slash]),
        let length = Int(entry[slash...].dropFirst()), (0...network.width).contains(length)
      else { return nil }
      return .network(network, length: length, port: nil)
    }
    // An address may have colons of its own.
    let parts = IPAddress(entry) == nil ? split(entry) : (entry, nil)
    guard let (host, port) = parts, !host.isEmpty else { return nil }
    if let address = IPAddress(host) {
      return .network(address, length: address.width, port: port)
    }
    let below = host.hasPrefix("*.") ? host.dropFirst() : host
    return below.hasPrefix(".")
      ? .names(exact: nil, suffix: String(below), port: port)
      : .names(exact: String(host), suffix: ".\(host)", port: port)
  }

  /// Nil for a port that is none.
  private static func split(_ entry: Substring) -> (host: Substring, port: Int?)? {
    guard let colon = entry.lastIndex(of: ":"), !entry.hasSuffix("]") else { return (entry, nil) }
    guard let port = Int(entry[colon...].dropFirst()), (1...65535).contains(port) else {
      return nil
    }
    return (entry[..<colon], port)
  }
}

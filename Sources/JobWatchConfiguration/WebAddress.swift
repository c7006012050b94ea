import CloudAPI
import Foundation

/// The rules for a URL to which something is sent.
package enum WebAddress {
  /// Why a webhook's `url` cannot be used, without quoting it: a webhook's path is often its password.
  package static func problem(withWebhook url: String) -> String? {
    guard let parts = parts(url) else {
      return "is not a URL such as https://hooks.example/path"
    }
    return problem(parts)
  }

  /// Why an endpoint, scheme and host and port without a path, cannot be used.
  /// - Parameter hosts: names and addresses that may be asked by plain http, as the operator lists them.
  package static func problem(withEndpoint url: String, allowingHTTPTo hosts: [String] = []) -> String? {
    guard let parts = parts(url) else { return "is not an address such as https://ecs.example:8443" }
    if !parts.path.isEmpty || parts.query != nil || parts.fragment != nil {
      return "must end after the host or port: remove the path, which jobwatch adds itself"
    }
    return problem(parts, allowingHTTPTo: hosts, otherwise: "or name the host in the account's allow_http")
  }

  private static func parts(_ url: String) -> URLComponents? {
    // Bytes outside printable ASCII have no place in a URL, and could end a header line.
    guard url.utf8.count <= 2048, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
      let parts = URLComponents(string: url), parts.encodedHost?.isEmpty == false
    else { return nil }
    return parts
  }

  private static func problem(
    _ parts: URLComponents, allowingHTTPTo hosts: [String] = [],
    otherwise way: String = "or http:// to 127.0.0.1, [::1] or localhost only"
  ) -> String? {
    if parts.user != nil || parts.password != nil {
      return "must not hold a user or password: they would appear in logs"
    }
    if let port = parts.port, !(1...65535).contains(port) { return "has a port outside 1 to 65535: correct it" }
    // `encodedHost`, because `host` loads the tables of international names, which stay in the daemon's memory.
    let host = parts.encodedHost ?? ""
    if host.hasPrefix("["), IPAddress(host) == nil { return "has no IPv6 address in its brackets: correct it" }
    switch parts.scheme?.lowercased() {
    case "https": return nil
    case "http" where isLocal(host) || hosts.contains { isSame(host, $0) }: return nil
    case "http":
      return "would send secrets in the clear: use https://, \(way)"
    default: return "must begin with https://"
    }
  }

  /// Loopback, and the clouds' metadata address, which speaks nothing but http.
  private static func isLocal(_ host: String) -> Bool {
    if let address = IPAddress(host) { return address.isLoopback || address.isMetadata }
    return host.lowercased() == "localhost"
  }

  /// The same name, or another spelling of the same address.
  private static func isSame(_ host: String, _ other: String) -> Bool {
    if let address = IPAddress(host) { return address == IPAddress(other) }
    return host.lowercased() == other.lowercased()
  }
}

import Foundation

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
    let url = value.contains("://") ? value : "http://\(value)"
    guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else {
      throw ProxyProblem(
        variable: variable,
        message: "is not the address of a proxy: write http://HOST:PORT, or unset it")
    }
    guard parts.scheme?.lowercased() == "http" else {
      let scheme = String((parts.scheme ?? "").prefix(20))
      throw ProxyProblem(
        variable: variable,
        message: "names a proxy that is spoken to by \(scheme)://, which jobwatch cannot: write "
          + "http://HOST:PORT (TLS to the cloud passes through it), or unset it")
    }
    let port = parts.port ?? 80
    guard (1...65535).contains(port) else {
      throw ProxyProblem(variable: variable, message: "has a port outside 1 to 65535: correct it")
    }
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    self.port = port
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

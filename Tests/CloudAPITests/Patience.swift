@testable import CloudAPI

extension Duration {
  /// For an answer that comes: longer than the busiest machine takes, since how long that is says nothing here.
  static let patient = Duration.seconds(300)
}

extension HTTPClientTransport.Options {
  static func patient(trust: TrustedCertificates? = nil, proxies: ProxyRules = .none) -> Self {
    var options = Self(trust: trust, proxies: proxies)
    options.connectTimeout = .patient
    return options
  }
}

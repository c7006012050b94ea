import Foundation
import Testing

@testable import CloudAPI

@Suite(.prompt) struct `A TLS server` {
  private func failure(
    _ url: String, trust: TrustedCertificates? = nil, proxies: ProxyRules = .none
  ) async -> HTTPFailure? {
    let transport = HTTPClientTransport(options: .patient(trust: trust, proxies: proxies))
    do throws(HTTPFailure) {
      _ = try await transport.send(HTTPRequest(url: url + "/?key=hush"), timeout: .patient, bodyLimit: 100_000)
      await transport.shutdown()
      return nil
    } catch {
      await transport.shutdown()
      #expect(!error.message.contains("hush"))
      return error
    }
  }

  private func expect(
    _ failure: HTTPFailure?, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let failure = try #require(failure, sourceLocation: sourceLocation)
    #expect(failure.kind == .tls, sourceLocation: sourceLocation)
    for word in words { #expect(failure.message.contains(word), "\(failure)", sourceLocation: sourceLocation) }
  }

  @Test func `is accepted by its issuer's certificate only`() async throws {
    let authority = try await TestAuthority()
    try await authority.issue("leaf", for: "IP:127.0.0.1,DNS:localhost")
    let server = try TLSServer(authority, certificate: "leaf")
    let trust = try TrustedCertificates(path: authority.certificate)
    #expect(await failure("https://127.0.0.1:\(server.port)", trust: trust) == nil)
    #expect(await failure("https://localhost:\(server.port)", trust: trust) == nil)
    let stranger = try await TestAuthority()
    let other = try TrustedCertificates(path: stranger.certificate)
    let url = "https://127.0.0.1:\(server.port)"
    try expect(await failure(url), ["issuer is unknown to the system's", "name it as ca_file"])
    try expect(
      await failure(url, trust: other),
      ["issuer is unknown to the certificates in \(stranger.certificate)", "put the issuer's"])
  }

  @Test func `with a certificate of another name is refused`() async throws {
    let authority = try await TestAuthority()
    try await authority.issue("leaf", for: "DNS:other.example")
    let server = try TLSServer(authority, certificate: "leaf")
    let trust = try TrustedCertificates(path: authority.certificate)
    for host in ["127.0.0.1", "localhost"] {
      try expect(
        await failure("https://\(host):\(server.port)", trust: trust), ["another host's name", "correct the endpoint"])
    }
  }

  @Test func `with an expired certificate is refused`() async throws {
    let authority = try await TestAuthority()
    try await authority.issue("leaf", for: "IP:127.0.0.1", days: -1)
    let server = try TLSServer(authority, certificate: "leaf")
    let trust = try TrustedCertificates(path: authority.certificate)
    try expect(await failure("https://127.0.0.1:\(server.port)", trust: trust), ["expired at 20", "renewed", "clock"])
  }

  @Test func `at a port without TLS is told apart`() async throws {
    let plain = try SocketServer(.answer("HTTP/1.1 400 Bad Request\r\n\r\n"))
    try expect(await failure("https://127.0.0.1:\(plain.port)"), ["does not speak TLS"])
    let closing = try SocketServer(.answer(""))
    try expect(await failure("https://127.0.0.1:\(closing.port)"), ["closed the connection"])
  }

  @Test func `is verified through a proxy too`() async throws {
    let authority = try await TestAuthority()
    try await authority.issue("leaf", for: "DNS:cloud.example")
    try await authority.issue("late", for: "DNS:cloud.example", days: -1)
    let server = try TLSServer(authority, certificate: "leaf")
    let proxy = try SocketServer(.tunnel(to: server.port))
    let proxies = try ProxyRules(environment: ["HTTPS_PROXY": "127.0.0.1:\(proxy.port)"])
    let trust = try TrustedCertificates(path: authority.certificate)
    #expect(await failure("https://cloud.example", trust: trust, proxies: proxies) == nil)
    try expect(await failure("https://wrong.example", trust: trust, proxies: proxies), ["another host's name"])
    try expect(await failure("https://cloud.example", proxies: proxies), ["issuer is unknown"])
    let late = try TLSServer(authority, certificate: "late")
    let other = try SocketServer(.tunnel(to: late.port))
    let otherProxies = try ProxyRules(environment: ["HTTPS_PROXY": "127.0.0.1:\(other.port)"])
    try expect(await failure("https://cloud.example", trust: trust, proxies: otherProxies), ["expired at"])
  }

  @Test(.enabled(if: IPv6.isHere, "this machine has no ::1"))
  func `is verified by its IPv6 address`() async throws {
    let authority = try await TestAuthority()
    try await authority.issue("leaf", for: "IP:::1")
    try await authority.issue("other", for: "IP:2001:db8::1")
    let trust = try TrustedCertificates(path: authority.certificate)
    let right = try TLSServer(authority, certificate: "leaf", host: "[::1]")
    #expect(await failure("https://[::1]:\(right.port)", trust: trust) == nil)
    let wrong = try TLSServer(authority, certificate: "other", host: "[::1]")
    try expect(await failure("https://[::1]:\(wrong.port)", trust: trust), ["another host's name"])
  }

  @Test func `needs a file of certificates that can be read whole`() async throws {
    let authority = try await TestAuthority()
    let good = try String(contentsOfFile: authority.certificate, encoding: .utf8)
    let cases: [(String?, String)] = [
      (nil, "does not exist"), ("", "is empty"), ("not PEM\n", "holds no certificate"),
      ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
      (good + good.prefix(good.count / 2), "cannot be read"),
    ]
    for (number, (content, word)) in cases.enumerated() {
      let path = "\(authority.directory)/\(number).pem"
      if let content { try Data(content.utf8).write(to: URL(fileURLWithPath: path)) }
      let error = #expect(throws: CertificateFileError.self) { try TrustedCertificates(path: path) }
      let text = try #require(error).description
      #expect(text.contains("\(path) ") && text.contains(word) && text.contains("put the"), "\(text)")
    }
    let directory = #expect(throws: CertificateFileError.self) {
      try TrustedCertificates(path: authority.directory)
    }
    #expect(directory?.description.contains("cannot be read") == true)
    let key = try String(contentsOfFile: "\(authority.directory)/ca.key", encoding: .utf8)
    let mixed = "\(authority.directory)/mixed.pem"
    try Data((key + "text\n" + good).utf8).write(to: URL(fileURLWithPath: mixed))
    _ = try TrustedCertificates(path: mixed)
  }
}

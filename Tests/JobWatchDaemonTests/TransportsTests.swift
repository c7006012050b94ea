import CloudAPI
import Foundation
import JobWatchCore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

@Suite struct `The HTTP clients of a configuration` {
  @Test func `are one for webhooks and one for each set of certificates, and are all closed`()
    async throws
  {
    let bundle = "/etc/ssl/certs/ca-certificates.crt"
    var accounts = (0..<4).map { number in
      var account = Account.sample
      account.name = "a\(number)"
      return account
    }
    for index in accounts.indices.dropFirst(2) { accounts[index].caFile = bundle }
    let trust = try TrustedCertificates(path: bundle)
    let proxies = try ProxyRules(environment: ["HTTPS_PROXY": "http://proxy.example:3128"])
    let references = ResolvedReferences(proxies: proxies, trust: [bundle: trust], webhooks: [:], heartbeat: nil)
    let opened = Mutex<[HTTPClientTransport.Options]>([])
    let closed = Mutex(0)
    let transports = Transports(Configuration(accounts: accounts), references) { options in
      opened.withLock { $0.append(options) }
      return ({ _, _, _ in HTTPResponse(status: 200) }, { closed.withLock { $0 += 1 } })
    }
    #expect(
      opened.withLock(\.self) == [
        .init(proxies: proxies), .init(proxies: proxies), .init(trust: trust, proxies: proxies),
      ])
    #expect(transports.clients.keys.sorted() == ["a0", "a1", "a2", "a3"])
    #expect(transports.logins.map(\.account.name) == ["a0", "a1", "a2", "a3"])
    await transports.close()
    #expect(closed.withLock(\.self) == 3)
  }
}

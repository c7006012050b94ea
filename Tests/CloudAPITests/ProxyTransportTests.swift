import Foundation
import Testing

@testable import CloudAPI

@Suite(.prompt) struct `A request through a proxy` {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab"

  /// `proxy`: its address, perhaps with a user.
  private func send(
    _ url: String, proxy: String, timeout: Duration = .patient
  ) async throws -> Result<HTTPResponse, HTTPFailure> {
    let rules = try ProxyRules(environment: ["ALL_PROXY": proxy])
    let transport = HTTPClientTransport(options: .patient(proxies: rules))
    let request = HTTPRequest(url: url, headers: [("Host", "cloud.example:81")])
    let result: Result<HTTPResponse, HTTPFailure>
    do throws(HTTPFailure) {
      result = .success(try await transport.send(request, timeout: timeout, bodyLimit: 1000))
    } catch {
      result = .failure(error)
    }
    await transport.shutdown()
    return result
  }

  private func failure(_ url: String, proxy: String) async throws -> HTTPFailure {
    switch try await send(url, proxy: proxy) {
    case .failure(let failure): return failure
    case .success(let response):
      Issue.record("an answer came: \(response)")
      throw CancellationError()
    }
  }

  @Test func `asks it to connect, with its password, which the host does not get`() async throws {
    let host = try SocketServer(.answer(Self.answer))
    let proxy = try SocketServer(.tunnel(to: host.port))
    let url = "http://cloud.example:81/v1/x"
    let result = try await send(url, proxy: "http://us%40er:hu%3Ash@127.0.0.1:\(proxy.port)")
    #expect(try result.get().body == Array("ab".utf8))
    guard case .request(let connect) = await proxy.events.first(where: { _ in true }),
      case .request(let request) = await host.events.first(where: { _ in true })
    else {
      Issue.record("not asked")
      return
    }
    #expect(connect.hasPrefix("CONNECT cloud.example:81 HTTP/1.1\r\n"))
    let credentials = Data("us@er:hu:sh".utf8).base64EncodedString()
    #expect(connect.lowercased().contains("proxy-authorization: basic "))
    #expect(connect.contains(credentials))
    #expect(request.hasPrefix("GET /v1/x HTTP/1.1\r\n"))
    #expect(request.contains("Host: cloud.example:81\r\n"))
    #expect(!request.lowercased().contains("proxy-"))
  }

  @Test func `goes straight to loopback`() async throws {
    let host = try SocketServer(.answer(Self.answer))
    let proxy = try SocketServer(.reset)
    let result = try await send(host.url, proxy: "127.0.0.1:\(proxy.port)")
    #expect(try result.get().status == 200)
  }

  @Test func `is told what the proxy would not do`() async throws {
    let (deaf, port) = try SocketServer.bind(queue: nil)
    defer { close(deaf) }
    let wanting = try SocketServer(.answer("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"))
    let refusing = try SocketServer(.answer("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))
    let (at, named) = ("127.0.0.1", "of ALL_PROXY")
    let cases: [(String, [String])] = [
      ("\(at):\(wanting.port)", [named, "(407)", "http://USER:PASSWORD@HOST:PORT"]),
      ("http://u:hush@\(at):\(wanting.port)", [named, "(407)", "correct those"]),
      ("\(at):\(refusing.port)", [named, "refuses to connect", "NO_PROXY"]),
      ("http://u:hush@\(at):\(port)", [named, "\(at):\(port)", "connection refused"]),
      ("proxy.invalid:3128", [named, "proxy.invalid:3128", "cannot be resolved"]),
    ]
    for url in ["https://cloud.example", "http://cloud.example:81/"] {
      for (proxy, words) in cases {
        let failure = try await failure(url, proxy: proxy)
        #expect(failure.kind == .proxy, "\(proxy): \(failure)")
        for word in words { #expect(failure.message.contains(word), "\(failure)") }
        #expect(!failure.message.contains("hush"))
      }
    }
  }

  @Test func `meets the host's own failures as without it`() async throws {
    let reset = try SocketServer(.reset)
    let silent = try SocketServer(.hang(after: ""))
    let plain = try SocketServer(.answer("SSH-2.0-server\r\n\r\n"))
    let cases: [(UInt16, String, HTTPFailure.Kind, Duration)] = [
      (reset.port, "http://cloud.example", .reset, .patient),
      (silent.port, "http://cloud.example", .timeout, .milliseconds(300)),
      (plain.port, "https://cloud.example", .tls, .patient),
    ]
    for (port, url, kind, timeout) in cases {
      let proxy = try SocketServer(.tunnel(to: port))
      let result = try await send(url, proxy: "127.0.0.1:\(proxy.port)", timeout: timeout)
      guard case .failure(let failure) = result else {
        Issue.record("\(url) answered")
        continue
      }
      #expect(failure.kind == kind, "\(failure)")
      #expect(kind == .tls || failure.message.contains("through the proxy 127.0.0.1:"))
    }
  }
}

import Foundation
import Testing

@testable import CloudAPI

/// One transport for all tests of this file; never shut down, as it lives as long as the process.
private let shared = HTTPClientTransport(options: .patient())

@Suite(.prompt) struct HTTPTransportTests {
  private static let head = "HTTP/1.1 200 OK\r\nContent-Length: "

  private func send(
    _ url: String, timeout: Duration = .patient, limit: Int = 1000
  ) async throws(HTTPFailure) -> HTTPResponse {
    try await shared.send(HTTPRequest(url: url), timeout: timeout, bodyLimit: limit)
  }

  private func failure(_ url: String, timeout: Duration = .patient) async -> HTTPFailure? {
    do {
      let response = try await send(url, timeout: timeout)
      Issue.record("an answer came: \(response)")
      return nil
    } catch {
      return error
    }
  }

  @Test(
    arguments: [
      ("\(head)2\r\nX-A: 1\r\n\r\nab", 200, "ab", false),
      ("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 302, "", false),
      ("HTTP/1.1 503 No\r\nConnection: close\r\n\r\nuntil the end", 503, "until the end", false),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 200, "ab", false),
      ("HTTP/1.1 204 No\r\n\r\n", 204, "", false),
      // Broken off: what came is kept.
      ("\(head)10\r\n\r\nab", 200, "ab", true),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n5\r\nc", 200, "abc", true),
      ("\(head)1001\r\n\r\n" + String(repeating: "y", count: 1001), 200, nil, true),
      ("\(head)1000\r\n\r\n" + String(repeating: "y", count: 1000), 200, nil, false),
    ] as [(String, Int, String?, Bool)])
  func `an answer comes as it was sent, up to the limit`(
    sent: String, status: Int, body: String?, truncated: Bool
  ) async throws {
    let server = try SocketServer(.answer(sent))
    let response = try await send(server.url)
    #expect(response.status == status)
    #expect(response.truncated == truncated)
    let expected = body ?? String(repeating: "y", count: 1000)
    #expect(String(decoding: response.body, as: UTF8.self) == expected)
    #expect(response.headers.first("x-a") == (sent.contains("X-A") ? "1" : nil))
  }

  @Test func `a request goes out as it was given`() async throws {
    let server = try SocketServer(.answer("\(Self.head)0\r\n\r\n"))
    let request = HTTPRequest(
      method: "POST", url: server.url, headers: [("X-One", "a b"), ("Host", "other:1")], body: Array("text".utf8))
    _ = try await shared.send(request, timeout: .patient, bodyLimit: 0)
    guard case .request(let text) = await server.events.first(where: { _ in true }) else {
      Issue.record("no request")
      return
    }
    #expect(text.hasPrefix("POST /v1/path?key=hush HTTP/1.1\r\n"))
    for line in ["X-One: a b", "Host: other:1", "content-length: 4"] {
      #expect(text.lowercased().contains("\r\n\(line.lowercased())\r\n"), "\(text)")
    }
  }

  @Test func `a body beyond the limit is cut and its rest is not read`() async throws {
    let size = 100_000_000
    let server = try SocketServer(.flood(head: "\(Self.head)\(size)\r\n\r\n", bytes: size))
    let response = try await send(server.url, limit: 1_000_000)
    #expect(response.truncated)
    #expect(response.body.count == 1_000_000)
    for await event in server.events {
      guard case .ended(let sent) = event else { continue }
      // The buffers of both kernels hold some more.
      #expect(sent < size / 2)
      break
    }
  }

  /// That the given time decides is seen by another exchange, which has an hour: on a busy machine the clock tells
  /// nothing.
  @Test(arguments: ["", "\(head)10\r\n\r\nab", "HTTP/1.1 200 OK\r\n"])
  func `an answer that does not end in time is given up`(sent: String) async throws {
    let patience = try SocketServer(.hang(after: sent))
    let patient = Task { await failure(patience.url, timeout: .seconds(3600)) }
    _ = await patience.events.first { _ in true }
    let server = try SocketServer(.hang(after: sent))
    let hasty = await failure(server.url, timeout: .milliseconds(300))
    #expect(hasty?.kind == .timeout)
    #expect(await server.events.contains { $0 == .ended(sent: sent.utf8.count) })
    patient.cancel()
    #expect(await patient.value?.kind == .other)
  }

  @Test(arguments: ["", "\(head)10\r\n\r\nab"])
  func `cancelling the task ends the exchange`(sent: String) async throws {
    let server = try SocketServer(.hang(after: sent))
    let exchange = Task { await failure(server.url) }
    var events = server.events.makeAsyncIterator()
    _ = await events.next()
    exchange.cancel()
    #expect(await events.next() == .ended(sent: sent.utf8.count))
    #expect(await exchange.value?.kind == .other)
  }

  @Test func `a failure says what failed and quotes nothing of the request`() async throws {
    let reset = try SocketServer(.reset)
    let rude = try SocketServer(.answer(""))
    let other = try SocketServer(.answer("SSH-2.0-server\r\n\r\n"))
    let (deaf, port) = try SocketServer.bind(queue: nil)
    defer { close(deaf) }
    let cases: [(String, HTTPFailure.Kind)] = [
      (reset.url, .reset), (rude.url, .reset), (other.url, .reset),
      ("http://127.0.0.1:\(port)/?key=hush", .refused),
      ("http://name.invalid/?key=hush", .name),
      ("https://127.0.0.1:\(other.port)/?key=hush", .tls), ("hush", .other), ("", .other),
    ]
    for (url, kind) in cases {
      let failure = try #require(await failure(url))
      #expect(failure.kind == kind, "\(url): \(failure)")
      #expect(!failure.message.contains("hush"))
    }
  }

  @Test func `a header that cannot be sent is refused without quoting it`() async throws {
    let server = try SocketServer(.answer("\(Self.head)0\r\n\r\n"))
    let request = HTTPRequest(url: server.url, headers: [("X-Auth-Token", "hush\nX: y")])
    let failure = await #expect(throws: HTTPFailure.self) {
      try await shared.send(request, timeout: .patient, bodyLimit: 0)
    }
    #expect(failure?.kind == .other)
    #expect(failure?.message.contains("hush") == false)
  }

  @Test func `many exchanges at once share one transport`() async throws {
    let server = try SocketServer(.answer("\(Self.head)2\r\nConnection: close\r\n\r\nab"))
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<200 { group.addTask { try await send(server.url).body } }
      for try await body in group { #expect(body == Array("ab".utf8)) }
    }
  }
}

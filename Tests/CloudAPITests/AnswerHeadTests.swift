import Testing

@testable import CloudAPI

/// One transport for all tests of this file; never shut down, as it lives as long as the process.
private let shared = HTTPClientTransport(options: .patient())

@Suite(.prompt, .timeLimit(.minutes(5))) struct `Where the head is wanted` {
  private func send(_ server: SocketServer) async throws(HTTPFailure) -> HTTPResponse {
    try await shared.send(
      HTTPRequest(method: "POST", url: server.url, body: Array("{}".utf8)),
      timeout: .patient, bodyLimit: 0)
  }

  private static let chunked = "Transfer-Encoding: chunked\r\n\r\n"

  @Test(
    "an answer counts with its status line, whatever becomes of its body",
    arguments: [
      ("HTTP/1.1 200 OK\r\n\(chunked)2\r\n:\n\r\n", 200), ("HTTP/1.1 202 OK\r\n\(chunked)", 202),
      ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab", 200),
      ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", 200),
      ("HTTP/1.0 200 OK\r\n\r\nab", 200),
      ("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nabcde", 204),
      ("HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", 304),
      ("HTTP/1.1 200 OK\r\n\(chunked)zz\r\n", 200), ("HTTP/1.1 200 OK\r\n\(chunked)5\r\na", 200),
      ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 200),
      ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 500 No\r\n\r\n", 200),
      ("HTTP/1.1 503 No\r\nRetry-After: 7\r\n\(chunked)", 503),
      ("HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 201 Made\r\n\(chunked)", 201),
      ("HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 429 No\r\nRetry-After: 7\r\n\(chunked)", 429),
    ])
  func statusLine(_ sent: String, _ status: Int) async throws {
    for behaviour in [SocketServer.Behaviour.hang(after: sent), .answer(sent)] {
      let response = try await send(try SocketServer(behaviour))
      #expect(response.status == status && response.body.isEmpty && !response.truncated)
      let wait = sent.contains("Retry-After") ? Duration.seconds(7) : nil
      #expect(response.retryAfter(at: CloudBench.start) == wait)
    }
  }

  @Test func `a body that does not end is left soon`() async throws {
    let server = try SocketServer(.hang(after: "HTTP/1.1 200 OK\r\n\(Self.chunked)2\r\n:\n\r\n"))
    #expect(try await send(server).status == 200)
    #expect(await server.events.contains { if case .ended = $0 { true } else { false } })
  }

  @Test func `of a body that is large little is read`() async throws {
    let size = 100_000_000
    let server = try SocketServer(
      .flood(head: "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n", bytes: size))
    #expect(try await send(server).status == 200)
    for await event in server.events {
      guard case .ended(let sent) = event else { continue }
      // The buffers of both kernels hold some.
      #expect(sent < size / 2)
      break
    }
  }

  @Test func `an answer without one is a failure`() async throws {
    for behaviour in [SocketServer.Behaviour.answer("HTTP/1.1 20"), .answer("no"), .reset] {
      let server = try SocketServer(behaviour)
      await #expect(throws: HTTPFailure.self) { try await send(server) }
    }
  }
}

import Foundation
import Testing

@testable import CloudAPI

@Suite(.prompt, .timeLimit(.minutes(5))) struct `A connection that ends before an answer` {
  private func withTransport(_ body: (HTTPClientTransport) async throws -> Void) async throws {
    var options = HTTPClientTransport.Options.patient()
    // On a busy machine a connection may have to wait long for its next request.
    options.idleTimeout = .patient
    let transport = HTTPClientTransport(options: options)
    do {
      try await body(transport)
    } catch {
      Issue.record(error)
    }
    await transport.shutdown()
  }

  private func send(
    _ transport: HTTPClientTransport, _ url: String, bodyLimit: Int = 10
  ) async throws(HTTPFailure) -> HTTPResponse {
    let request = HTTPRequest(method: "POST", url: url, headers: [("webhook-id", "a")])
    return try await transport.send(request, timeout: .patient, bodyLimit: bodyLimit)
  }

  @Test(
    "costs one more try on a new one, however many others of the pool have ended too",
    arguments: [StaleServer.Ending.reset, .closed, .timedOut], [10, 0])
  func stale(_ ending: StaleServer.Ending, _ bodyLimit: Int) async throws {
    let (pooled, server) = (8, try StaleServer(stale: 8, ending))
    try await withTransport { transport in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<pooled { group.addTask { try await send(transport, server.url).status } }
        for try await status in group { #expect(status == 200) }
      }
      #expect(server.connections == pooled && server.requests == pooled)
      // One after the other: the pool could hand each another stale one.
      for _ in 0..<pooled { #expect(try await send(transport, server.url, bodyLimit: bodyLimit).status == 200) }
      #expect(server.requests == 3 * pooled)
    }
  }

  @Test func `is a failure when the new one ends the same way`() async throws {
    let server = try SocketServer(.reset)
    try await withTransport { transport in
      let failure = await #expect(throws: HTTPFailure.self) {
        try await send(transport, server.url)
      }
      #expect(failure?.kind == .reset)
      var events = server.events.makeAsyncIterator()
      var requests = 0
      for _ in 1...4 { if case .request = await events.next() { requests += 1 } }
      #expect(requests == 2)
      // Nothing more comes from the exchange: what does is of the next one.
      _ = try? await send(transport, server.url + "&next")
      guard case .request(let text) = await events.next() else {
        Issue.record("a third try")
        return
      }
      #expect(text.contains("&next"))
    }
  }

  @Test func `is the server's word that it waited too long, if it says so twice`() async throws {
    let server = try SocketServer(.answer(StaleServer.timeout))
    try await withTransport { transport in
      let response = try await send(transport, server.url)
      #expect(response.status == 408 && String(decoding: response.body, as: UTF8.self) == "late\n")
      var events = server.events.makeAsyncIterator()
      var requests = 0
      for _ in 1...4 { if case .request = await events.next() { requests += 1 } }
      #expect(requests == 2)
    }
  }

  @Test func `is the server's word that it waited too long, if nobody is there for a second try`() async throws {
    let (listener, port) = try SocketServer.bind(queue: 1)
    Thread.detachNewThread {
      let connection = accept(listener, nil, nil)
      // From here on connections are refused.
      close(listener)
      _ = SocketServer.receive(connection) { $0.contains("\r\n\r\n") }
      _ = SocketServer.send(Array(StaleServer.timeout.utf8), to: connection)
      close(connection)
    }
    try await withTransport { transport in
      let response = try await send(transport, "http://127.0.0.1:\(port)/")
      #expect(response.status == 408 && String(decoding: response.body, as: UTF8.self) == "late\n")
    }
  }

  @Test func `is not tried again for a 408 that does not close it`() async throws {
    let server = try SocketServer(.answer("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"))
    try await withTransport { transport in
      let statuses = [
        try await send(transport, server.url).status, try await send(transport, server.url + "&next").status,
      ]
      #expect(statuses == [408, 408])
      var requests: [String] = []
      for await event in server.events {
        if case .request(let text) = event { requests.append(text) }
        if requests.count == 2 { break }
      }
      #expect(requests.last?.contains("&next") == true)
    }
  }

  @Test(
    "is not tried again when it began to answer, or was not there",
    arguments: [
      SocketServer.Behaviour.answer("HTTP/1.1 200"), .answer("SSH-2.0-server\r\n\r\n"),
    ])
  func answered(_ behaviour: SocketServer.Behaviour) async throws {
    let server = try SocketServer(behaviour)
    try await withTransport { transport in
      await #expect(throws: HTTPFailure.self) { try await send(transport, server.url) }
      _ = try? await send(transport, server.url + "&next")
      var requests: [String] = []
      for await event in server.events {
        if case .request(let text) = event { requests.append(text) }
        if requests.count == 2 { break }
      }
      #expect(requests.last?.contains("&next") == true)
    }
  }
}

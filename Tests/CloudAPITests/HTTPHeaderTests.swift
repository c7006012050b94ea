import JobWatchCore
import Testing

@testable import CloudAPI

@Suite struct `Header fields` {
  /// 2026-11-21T21:38:21Z
  private static let now = CloudBench.start

  @Test(
    "are read without the white space around them",
    arguments: [
      "text", " text", "text ", "\ttext\t", " \t text \t ",
    ])
  func trimmed(_ value: String) {
    let fields = HTTPFields([("X-Subject-Token", value)])
    #expect(fields.first("x-subject-token") == "text")
    #expect(fields.entries.map(\.1) == ["text"])
  }

  @Test func `that are empty are passed over, and of several the first counts`() {
    let fields = HTTPFields([("A", ""), ("a", " \t"), ("a", "b c "), ("A", "d"), ("E", "")])
    #expect(fields.first("A") == "b c")
    #expect(fields.values("A") == ["", "", "b c", "d"])
    #expect(fields.first("E") == nil && fields.first("F") == nil)
  }

  @Test func `come so over the wire`() async throws {
    let server = try SocketServer(
      .answer(
        "HTTP/1.1 200 OK\r\nX-Subject-Token: \t token \t\r\nx-request-id:\r\nX-Request-Id:a \r\n"
          + "DATE:Sunday, 06-Nov-94 08:49:37 GMT \r\nRetry-After:\t7 \r\nContent-Length: 0 \r\n\r\n"))
    let transport = HTTPClientTransport(options: .patient())
    let response = try await transport.send(HTTPRequest(url: server.url), timeout: .patient, bodyLimit: 10)
    await transport.shutdown()
    #expect(response.headers.first("X-Subject-Token") == "token")
    #expect(response.headers.first("X-Request-Id") == "a")
    #expect(response.date(near: Self.now)?.description == "1994-11-06T08:49:37.000Z")
    #expect(response.retryAfter(at: Self.now) == .seconds(7))
  }

  /// Obsolete, and sent by some: the HTTP library reads none such (RFC 9112, section 5.2).
  @Test func `that go on in the next line are a failed exchange and no more`() async throws {
    let server = try SocketServer(
      .answer("HTTP/1.1 200 OK\r\nX-A: b\r\n\t c\r\nContent-Length: 2\r\n\r\n{}"))
    let transport = HTTPClientTransport(options: .patient())
    let failure = await #expect(throws: HTTPFailure.self) {
      try await transport.send(HTTPRequest(url: server.url), timeout: .patient, bodyLimit: 10)
    }
    await transport.shutdown()
    #expect(failure?.message == "the answer broke off or was no HTTP")
  }

  @Test(
    "say the time in three forms",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
      ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
      ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"),
      ("Sun Nov 16 08:49:37 1994", "1994-11-16T08:49:37.000Z"),
      ("Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00.000Z"),
      ("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00.000Z"),
      ("sat, 21 nov 2026 21:38:21 gmt", "2026-11-21T21:38:21.000Z"),
      ("Sun, 6 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
      ("Sunday, 06-Nov-1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
      // Blanks as servers have them: several, none, and tabs.
      ("  Sun,  06\tNov 1994   08:49:37  GMT ", "1994-11-06T08:49:37.000Z"),
      ("Sun,06 Nov 1994 08:49:37GMT", "1994-11-06T08:49:37.000Z"),
      ("Sun , 06-Nov-94\t08:49:37 \tGMT", "1994-11-06T08:49:37.000Z"),
      ("\tSun\tNov  6  08:49:37\t1994 ", "1994-11-06T08:49:37.000Z"),
      ("Sun, 06 Nov 1994\r\n 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
      ("Sun, 06Nov1994 08:49:37 GMT", nil), ("Sun, 06 Nov 199408:49:37 GMT", nil),
      // Two digits: not more than 50 years ahead.
      ("Saturday, 21-Nov-26 21:38:21 GMT", "2026-11-21T21:38:21.000Z"),
      ("Friday, 20-Nov-76 21:38:21 GMT", "2076-11-20T21:38:21.000Z"),
      ("Sunday, 22-Nov-76 21:38:21 GMT", "1976-11-22T21:38:21.000Z"),
      ("Friday, 31-Dec-99 23:59:59 GMT", "1999-12-31T23:59:59.000Z"),
      ("Tuesday, 29-Feb-00 00:00:00 GMT", "2000-02-29T00:00:00.000Z"),
      ("Sun, 31 Feb 2024 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49:37", nil),
      ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Nov 1994 8:49:37 GMT", nil),
      ("Sunday, 06-Nov-94 08:49:37 GMT x", nil), ("Sun Nov  6 08:49:37 1994 GMT", nil),
      ("Sun Nov  6 08:49:37", nil), ("Sun Nov 31 08:49:37 1994", nil), ("120", nil), ("", nil),
      (",", nil), ("Sun,", nil), (" ", nil), ("1994-11-06T08:49:37Z", nil),
    ] as [(String, String?)])
  func date(_ text: String, _ expected: String?) {
    #expect(HTTPDate.time(text, near: Self.now)?.description == expected)
    let response = HTTPResponse(status: 200, headers: HTTPFields([("Date", "soon"), ("DATE", " \(text)\t")]))
    #expect(response.date(near: Self.now)?.description == expected)
  }

  @Test func `read a year of two digits by the clock, beyond this century too`() {
    let late = Timestamp(milliseconds: 4_102_444_800_000 - 1000)  // the last second of 2099
    let texts = ["Saturday, 01-Jan-00 00:00:00 GMT", "Thursday, 31-Dec-99 00:00:00 GMT"]
    let years = texts.map { HTTPDate.time($0, near: late)?.description.prefix(4) }
    #expect(years == ["2100", "2099"])
  }

  @Test(
    "ask for a wait",
    arguments: [
      ("120", 120), (" 120", 120), ("120 ", 120), ("\t120\t", 120), ("0", 0), ("007", 7),
      ("120.5", 121), ("120.0", 120), ("0.2", 1), ("43200", 43_200), ("43201", 43_200),
      ("9223372036854775807", 43_200), ("99999999999999999999999999", 43_200),
      ("Sat, 21 Nov 2026 21:40:21 GMT", 120), ("Saturday, 21-Nov-26 21:40:21 GMT", 120),
      ("Sat Nov 21 21:40:21 2026", 120), ("Sat, 21 Nov 2026 21:00:00 GMT", 0),
      ("Tue, 31 Dec 9999 23:59:59 GMT", 43_200), ("-5", 0), ("--5", nil), ("+5", nil), ("5s", nil),
      ("1e3", nil), ("0x10", nil), (".5", nil), ("5.", nil), ("1.2.3", nil), ("1,5", nil),
      ("soon", nil), ("", nil), ("١٢", nil),
    ] as [(String, Int?)])
  func wait(_ text: String, _ seconds: Int?) {
    let response = HTTPResponse(status: 503, headers: HTTPFields([("retry-after", ""), ("Retry-After", text)]))
    #expect(response.retryAfter(at: Self.now) == seconds.map { .seconds($0) })
  }

  @Test func `count a date from the sender's own clock`() {
    let response = HTTPResponse(
      status: 503,
      headers: HTTPFields([
        ("Retry-After", "Sun Nov  6 08:50:37 1994"), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT "),
      ]))
    #expect(response.retryAfter(at: Self.now) == .minutes(1))
  }
}

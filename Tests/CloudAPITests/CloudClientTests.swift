import JobWatchCore
import CloudModel
import SimulatedCloud
import Synchronization
import Testing

@testable import CloudAPI

/// A transport that answers the same each time and keeps what it was asked.
private final class RecordingTransport: Sendable {
  private let requests = Mutex<[HTTPRequest]>([])
  private let result: Result<HTTPResponse, HTTPFailure>

  init(_ result: Result<HTTPResponse, HTTPFailure>) { self.result = result }

  var transport: HTTPTransport {
    { (request, _, _) async throws(HTTPFailure) in
      self.requests.withLock { $0.append(request) }
      return try self.result.get()
    }
  }

  var last: HTTPRequest? { requests.withLock { $0.last } }
}

struct CloudClientTests {
  private static let key = AccessKey(access: "EXAMPLEAK", secret: Secret("example-sk"))
  private static let temporary = AccessKey(
    access: "EXAMPLEAK", secret: Secret("example-sk"), securityToken: Secret("example-token"))
  private static let record = HTTPResponse(status: 200, body: Array(#"{"job_id":"job1","status":"RUNNING"}"#.utf8))

  private func query(
    _ credential: Credential, service: CloudService = .ecs, endpoint: String = "https://ecs.example:8443"
  ) -> JobQuery {
    JobQuery(
      service: service, endpoint: endpoint, projectID: "project1", jobID: "job1",
      credential: credential, signingTime: Timestamp(milliseconds: 1_768_465_800_000))
  }

  @Test(arguments: [
    (Credential.accessKey(key), "host;x-project-id;x-sdk-date"),
    (.accessKey(temporary), "host;x-project-id;x-sdk-date;x-security-token"),
    (.accessKey(key, .credential), "host;x-sdk-date"), (.accessKey(temporary, .credential), "host;x-sdk-date"),
  ])
  func `a question is signed as its kind of key demands`(credential: Credential, signed: String) async throws {
    let recording = RecordingTransport(.success(Self.record))
    let answer = await CloudClient(transport: recording.transport).ask(query(credential))
    #expect(answer.observation == .seen(.running, JobReport(rawStatus: "RUNNING")))

    let request = try #require(recording.last)
    let headers = HTTPFields(request.headers)
    let sent = try #require(headers.first("Authorization").flatMap { AuthorizationHeader($0) })
    let date = try #require(headers.first("X-Sdk-Date"))
    #expect(request.method == "GET")
    #expect(request.url == "https://ecs.example:8443/v1/project1/jobs/job1")
    #expect(headers.first("Host") == "ecs.example:8443")
    #expect(headers.first("X-Project-Id") == "project1")
    #expect(headers.first("User-Agent")?.hasPrefix("jobwatch/") == true)
    #expect(headers.first("Accept") == "application/json")
    #expect(date == "20260115T083000Z")
    #expect(sent.signedHeaders.joined(separator: ";") == signed)
    let isTemporary = credential != .accessKey(Self.key) && credential != .accessKey(Self.key, .credential)
    #expect(headers.first("X-Security-Token") == (isTemporary ? "example-token" : nil))
    let received = HTTPRequest(url: "https://ecs.example:8443/v1/project1/jobs/job1", headers: request.headers)
    let signer = Signer(key: Self.key, form: sent.form)
    #expect(sent.signature == signer.signature(of: received, signedHeaders: sent.signedHeaders, date: date))
  }

  @Test func `a token is sent instead of a signature`() async throws {
    let recording = RecordingTransport(.success(Self.record))
    let client = CloudClient(transport: recording.transport)
    _ = await client.ask(query(.token(Secret("ready-token")), service: .dcs))
    let request = try #require(recording.last)
    let headers = HTTPFields(request.headers)
    #expect(request.url == "https://ecs.example:8443/v2/project1/jobs/job1")
    #expect(headers.first("X-Auth-Token") == "ready-token")
    #expect(headers.first("X-Project-Id") == "project1")
    #expect(headers.first("Authorization") == nil)
  }

  @Test(arguments: [
    "ecs.example", "ftp://ecs.example", "https://", "https://h/path", "", "https://u:p@h",
    "https://h:0", "https://h:65536", "http://127.0.0.1:70000", "http://[::1]:70000",
    "https://h:-1",
    "https://h:99999999999999999999", "https://h:443x", "https://h:٤٤٣",
  ])
  func `an endpoint of another form is a fault of the configuration`(endpoint: String) async {
    let recording = RecordingTransport(.success(Self.record))
    let client = CloudClient(transport: recording.transport)
    let answer = await client.ask(query(.accessKey(Self.key), endpoint: endpoint))
    guard case .misconfigured(let error) = answer.observation else {
      Issue.record("\(answer)")
      return
    }
    #expect(error.message.contains("https://host[:port]"))
    #expect(recording.last == nil)
  }

  @Test(arguments: ["h", "h:1", "h:65535", "h:080", "h:", "[::1]", "[2001:db8::1]:8443"])
  func `an endpoint may name any port that there is`(host: String) async throws {
    let recording = RecordingTransport(.success(Self.record))
    _ = await CloudClient(transport: recording.transport)
      .ask(query(.accessKey(Self.key), endpoint: "https://\(host)/"))
    let request = try #require(recording.last)
    #expect(request.url == "https://\(host)/v1/project1/jobs/job1")
    #expect(HTTPFields(request.headers).first("Host") == host)
  }

  @Test func `a failed exchange is an endpoint out of reach`() async {
    let recording = RecordingTransport(.failure(HTTPFailure(.refused, "connection refused")))
    let client = CloudClient(transport: recording.transport)
    let answer = await client.ask(query(.accessKey(Self.key), endpoint: "https://ecs.example/"))
    #expect(answer.evidence == nil)
    #expect(answer.observation == .unreachable("https://ecs.example/: connection refused"))
  }

  @Test func `a secret that HTTP cannot send is a refused credential`() async {
    let recording = RecordingTransport(.failure(HTTPFailure(.other, "invalid header")))
    let client = CloudClient(transport: recording.transport)
    let answer = await client.ask(query(.token(Secret("two\nlines"))))
    guard case .refused(let error) = answer.observation else {
      Issue.record("\(answer)")
      return
    }
    #expect(!error.message.contains("lines") || !error.message.contains("two"))
  }

  @Test func `what the gateway quotes of the request is not kept`() async throws {
    let quoted = "verify aksk signature fail: EXAMPLEAK example-sk x-security-token:example-token"
    let body = #"{"error_code":"APIGW.0301","error_msg":"\#(quoted)"}"#
    let recording = RecordingTransport(
      .success(HTTPResponse(status: 401, body: Array(body.utf8))))
    let client = CloudClient(transport: recording.transport)
    let answer = await client.ask(query(.accessKey(Self.temporary)))
    let kept = "\(answer.observation)" + String(decoding: try #require(answer.evidence).body, as: UTF8.self)
    #expect(kept.contains("verify aksk signature fail"))
    for secret in ["EXAMPLEAK", "example-sk", "example-token"] { #expect(!kept.contains(secret)) }
  }
}

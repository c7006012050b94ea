import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@testable import CloudAPI

@Suite(.timeLimit(.minutes(5))) struct `A compressed body` {
  private static let text = Array(#"{"job_id":"job","status":"SUCCESS","entities":{}}"#.utf8)
  private static let long = Array(String(repeating: #"{"a":1},"#, count: 1000).utf8)

  private func decoded(
    _ body: [UInt8], _ codings: [String], limit: Int = 1 << 20, truncated: Bool = false
  ) -> HTTPResponse {
    ContentCoding.decoded(
      HTTPResponse(
        status: 200, headers: HTTPFields(codings.map { ("content-encoding", $0) }), body: body,
        truncated: truncated), limit: limit)
  }

  @Test(
    "is read as it was before",
    arguments: [
      (["gzip"], "g"), (["x-gzip"], "g"), ([" GZip\t"], "g"), ([], "g"), ([""], "g"),
      (["identity"], "g"), (["gzip, identity"], "g"), (["gzip,"], "g"), (["deflate"], "z"),
      (["Deflate "], "z"), (["deflate"], "r"), (["gzip, gzip"], "gg"), (["deflate", "gzip"], "zg"),
      (["gzip, deflate"], "gr"), (["deflate"], "g"), (["gzip"], "z"), (["x-gzip"], "z0"),
      (["deflate"], "m"),
      // Several members, and what gzip(1) passes over behind the last.
      (["gzip"], "m"), (["gzip"], "g0"), (["gzip"], "gn"), (["deflate"], "z0"),
      // Nothing to be taken off.
      ([], ""), (["identity"], ""), ([" Identity , "], ""),
    ] as [([String], String)])
  func whole(_ codings: [String], _ steps: String) {
    let compressed = { (text: [UInt8]) in
      steps.reduce(text) { body, step in
        switch step {
        case "g": Compressed.gzip(body)
        case "z": Compressed.zlib(body)
        case "r": Compressed.raw(body)
        case "m": Compressed.gzip(Array(body[..<9])) + Compressed.gzip(Array(body[9...]))
        case "n": body + Array("\r\n".utf8)
        default: body + [0, 0, 0]
        }
      }
    }
    for text in [Self.text, Self.long] {
      let response = decoded(compressed(text), codings)
      #expect(response.body == text)
      #expect(!response.truncated && response.obstacle == nil)
    }
  }

  @Test("that is empty is none", arguments: ["gzip", "deflate", "br", "identity", "gzip, gzip"])
  func empty(_ coding: String) {
    let response = decoded([], [coding])
    #expect(response.body.isEmpty && !response.truncated && response.obstacle == nil)
  }

  @Test func `of an empty text is empty`() {
    for (coding, body) in [
      ("gzip", Compressed.gzip([])), ("deflate", Compressed.zlib([])),
      ("deflate", Compressed.raw([])),
    ] {
      let response = decoded(body, [coding])
      #expect(response.body.isEmpty && !response.truncated && response.obstacle == nil)
    }
  }

  @Test(
    "in a coding that is not read is named, and stays as it came",
    arguments: ["br", "zstd", "compress", "exi", "gzip, BR", "dcb;q=1", "gzip, br, gzip"])
  func unknown(_ coding: String) throws {
    let body = coding.hasSuffix("gzip") ? Compressed.gzip([0x8b, 0x02, 0x80]) : [0x8b, 0x02, 0x80]
    let response = decoded(body, [coding])
    let name = try #require(["br", "zstd", "compress", "exi", "dcb"].first { coding.lowercased().contains($0) })
    #expect(response.obstacle?.contains("in the coding \(name)") == true)
    #expect(response.obstacle?.contains("send it uncompressed") == true)
    #expect(response.body == body && !response.truncated)
  }

  @Test func `in more codings than anybody needs is not read`() {
    let response = decoded(Self.text, ["gzip,gzip,gzip", "gzip, gzip"])
    #expect(response.obstacle?.contains("5 times over") == true && response.body == Self.text)
  }

  @Test(
    "that is none is read as it is", arguments: ["gzip", "deflate", "deflate, gzip"],
    [text, Array("<html></html>".utf8), [0xff, 0xfe, 0, 1, 2, 3], [1], [0x1f, 0x8b]])
  func plain(_ coding: String, _ body: [UInt8]) {
    let response = decoded(body, [coding])
    #expect(response.body == body || response.truncated)
    #expect(response.obstacle != nil)
  }

  @Test(
    "that breaks off is kept as far as it goes, and says so", arguments: ["gzip", "deflate", "raw"])
  func brokenOff(_ form: String) {
    let whole =
      switch form {
      case "gzip": Compressed.gzip(Self.text)
      case "raw": Compressed.raw(Self.text)
      default: Compressed.zlib(Self.text)
      }
    let coding = form == "gzip" ? "gzip" : "deflate"
    for end in whole.count / 2..<whole.count {
      let response = decoded(Array(whole[..<end]), [coding])
      // Where only the trailer is missing, the object is closed, and that is all of it.
      let isWhole = response.body == Self.text
      #expect(response.truncated != isWhole && Self.text.starts(with: response.body))
      #expect(response.obstacle == (isWhole ? nil : "a \(coding) body that broke off"))
      // The connection broke off: that is known already.
      let cut = decoded(Array(whole[..<end]), [coding], truncated: true)
      #expect(cut.truncated && cut.obstacle == nil && cut.body == response.body)
    }
  }

  @Test func `that is damaged is not believed`() {
    var body = Compressed.gzip(Self.long)
    body[body.count - 6] ^= 1  // of the checksum
    let response = decoded(body, ["gzip"])
    #expect(response.truncated && response.body == Self.long)
    #expect(response.obstacle == "a damaged gzip body")
  }

  @Test func `is decompressed up to the limit and no further`() {
    let bomb = Compressed.gzip([UInt8](repeating: 0x20, count: 50_000_000))
    #expect(bomb.count < 60_000)
    for (body, codings) in [
      (bomb, ["gzip"]), (Compressed.gzip(bomb), ["gzip, gzip"]),
      (Compressed.gzip(Self.long), ["gzip"]), (Compressed.raw(Self.long), ["deflate"]),
    ] {
      let response = decoded(body, codings, limit: 7999)
      #expect(response.body.count == 7999 && response.truncated && response.obstacle == nil)
    }
    #expect(!decoded(Compressed.gzip(Self.long), ["gzip"], limit: 8000).truncated)
    #expect(decoded(Compressed.gzip(Self.text), ["gzip"], limit: 0).body.isEmpty)
  }

  @Test(
    "of every shape is decoded without a crash",
    arguments: [false, true])
  func damaged(_ isRaw: Bool) {
    let whole = Compressed.gzip(Self.long)
    for place in whole.indices {
      for bit in [UInt8(1), 0x10, 0x80] {
        var body = whole
        body[place] ^= bit
        #expect(Inflated(body, isRaw: isRaw, limit: 10_000).bytes.count <= 10_000)
      }
    }
  }

  // MARK: On its way

  private func gzipped(_ reply: (status: Int, body: String), coding: String = "gzip") -> Fault {
    .instead(
      Reply(
        status: reply.status, headers: [(name: "Content-Encoding", value: coding)],
        body: Compressed.gzip(Array(reply.body.utf8))))
  }

  @Test func `of a job is its record, and of an error its code`() async throws {
    try await CloudBench.run { bench async throws in
      let client = CloudClient(transport: bench.client.transport, timeout: .patient)
      let query = JobQuery(
        service: .ecs, endpoint: bench.base, projectID: CloudBench.project, jobID: "job",
        credential: .accessKey(CloudBench.key), signingTime: bench.clock.wall)
      bench.cloud.set(gzipped((200, String(decoding: Self.text, as: UTF8.self))), for: .ecs)
      let answer = await client.ask(query)
      guard case .seen(.succeeded, _) = answer.observation else {
        Issue.record("\(answer.observation)")
        return
      }
      #expect(answer.evidence?.body == Self.text)
      bench.cloud.set(gzipped((404, #"{"error_code":"Common.0011","error_msg":"no"}"#)), for: .ecs)
      #expect(await client.ask(query).observation == .absent(code: "Common.0011"))
      bench.cloud.set(gzipped((200, "{}"), coding: "br"), for: .ecs)
      guard case .garbled(let reason) = await client.ask(query).observation else {
        Issue.record("brotli is read")
        return
      }
      #expect(reason.contains("HTTP 200 with a body in the coding br"))
    }
  }

  @Test func `is read by the log-in, the project look-up and the metadata service`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      let transport = { @Sendable [bench] (coding: String) -> HTTPTransport in
        { (request, timeout, limit) async throws(HTTPFailure) in
          var response = try await bench.client.send(request, timeout: timeout, bodyLimit: limit)
          response.body = Compressed.gzip(response.body)
          response.headers = HTTPFields(response.headers.entries + [("Content-Encoding", coding)])
          return ContentCoding.decoded(response, limit: limit)
        }
      }
      func results(_ coding: String) async -> [String?] {
        func client(_ service: IdentityClient.Service) -> IdentityClient {
          IdentityClient(service, endpoint: bench.base, transport: transport(coding), timeout: .patient)
        }
        let now = bench.clock.wall
        let login = await client(.iam).token(for: CloudBench.user, .name("eu-de"), at: now)
        let key = await client(.metadata).temporaryKey(.access, at: now)
        let project = await client(.iam).id(ofProjectNamed: "eu-de", credential: .accessKey(CloudBench.key), at: now)
        return [login.failure?.text, key.failure?.text, project.failure?.text]
      }
      #expect(await results("gzip") == [nil, nil, nil])
      for text in await results("zstd") {
        #expect(text?.contains("in the coding zstd") == true, "\(text ?? "it is read")")
      }
    }
  }
}

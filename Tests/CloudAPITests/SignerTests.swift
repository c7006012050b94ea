import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@testable import CloudAPI

/// One known answer: figures computed with the vendors' own signers.
struct SigningVector: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var access: String
  var secret: String
  var method: String
  var host: String
  var path: String
  var query: [[String]]
  var headers: [[String]]
  var body: String
  var date: String
  var canonical_request: String?
  var string_to_sign: String?
  var authorization: String

  var testDescription: String { name }

  var request: HTTPRequest {
    HTTPRequest(
      method: method, url: "https://\(host)\(path)?" + PercentEncoding.query(query.map { ($0[0], $0[1]) }),
      headers: headers.map { ($0[0], $0[1]) }, body: Array(body.utf8))
  }

  var key: AccessKey { AccessKey(access: access, secret: Secret(secret)) }

  static func load(_ file: String) throws -> [SigningVector] {
    let url = Bundle.module.bundleURL.appending(path: "Vectors/\(file).json")
    return try JSONDecoder().decode([SigningVector].self, from: Data(contentsOf: url))
  }
}

struct SignerTests {
  @Test func `every known answer of the Access form is met byte for byte`() throws {
    let vectors = try SigningVector.load("signing-vectors")
    #expect(vectors.count == 28)
    for vector in vectors {
      let signer = Signer(key: vector.key, form: .access)
      let names = CanonicalRequest.signableHeaders(of: vector.request)
      let canonical = CanonicalRequest.bytes(of: vector.request, signedHeaders: names)
      let text = signer.stringToSign(canonicalRequest: canonical, date: vector.date)
      #expect(String(decoding: canonical, as: UTF8.self) == vector.canonical_request, "\(vector)")
      #expect(String(decoding: text, as: UTF8.self) == vector.string_to_sign, "\(vector)")
      #expect(signer.authorization(of: vector.request, date: vector.date) == vector.authorization, "\(vector)")
    }
  }

  @Test func `every known answer of the Credential form is met byte for byte`() throws {
    let vectors = try SigningVector.load("signing-vectors-otc-legacy")
    #expect(vectors.count == 3)
    for vector in vectors {
      let signer = Signer(key: vector.key, form: .credential)
      #expect(signer.authorization(of: vector.request, date: vector.date) == vector.authorization, "\(vector)")
    }
  }

  @Test(arguments: [Signer.Form.access, .credential])
  func `a server computes the signature of what it received again`(form: Signer.Form) throws {
    let key = AccessKey(access: "AK", secret: Secret("SK"))
    var request = HTTPRequest(
      url: "https://127.0.0.1:8443/v1/a%20b/jobs/1?b=%20x&a=", headers: [("X-Project-Id", "p")])
    let time = Timestamp(milliseconds: 1_768_465_800_999)
    Signer(key: key, form: form).sign(&request, at: time)

    let headers = Dictionary(uniqueKeysWithValues: request.headers)
    let received = try #require(AuthorizationHeader(headers["Authorization"] ?? ""))
    let date = try #require(headers["X-Sdk-Date"])
    #expect(received.form == form)
    #expect(received.accessKey == "AK")
    #expect(received.signedHeaders == ["host", "x-project-id", "x-sdk-date"])
    #expect(SigningDate.time(date) == Timestamp(milliseconds: 1_768_465_800_000))

    // What a server sees: lower-case names, other headers besides, the Host header as such.
    let seen = HTTPRequest(
      url: "http:///v1/a%20b/jobs/1?a&b=%20x",
      headers: [
        ("accept", "*/*"), ("host", "127.0.0.1:8443"), ("x-sdk-date", date), ("x-project-id", "p"),
      ])
    func signature(_ secret: String) -> String {
      Signer(key: AccessKey(access: "AK", secret: Secret(secret)), form: received.form)
        .signature(of: seen, signedHeaders: received.signedHeaders, date: date)
    }
    #expect(signature("SK") == received.signature)
    #expect(signature("other") != received.signature)
  }

  @Test(arguments: [
    "", "Basic abc", "SDK-HMAC-SHA256 Access=a", "SDK-HMAC-SHA256 SignedHeaders=a, Signature=b",
    "SDK-HMAC-SHA256 Credential=a/b, SignedHeaders=a, Signature=b",
    "V11-HMAC-SHA256 Access=a, SignedHeaders=a, Signature=b",
  ])
  func `an authorization in another form is not taken for one`(text: String) {
    #expect(AuthorizationHeader(text) == nil)
  }

  @Test(arguments: ["", "20260115T083000", "20260115T083000Z ", "20261301T000000Z", "2026", "x"])
  func `a signing date in another form is not read`(text: String) { #expect(SigningDate.time(text) == nil) }

  @Test func `a signing date is read back from every day of four centuries`() {
    for day in stride(from: 0, to: 366 * 400, by: 1) {
      let time = Timestamp(milliseconds: Int64(day) * 86_400_000 + 45_296_000)
      #expect(SigningDate.time(SigningDate.text(time)) == time)
    }
    #expect(SigningDate.text(Timestamp(milliseconds: 951_782_400_000)) == "20000229T000000Z")
  }
}

import CloudAPI
import Testing

@testable import JobWatchSpool

@Suite struct `Looking for jobs in a stream` {
  private static let id = "2c9eb2c5544cbf6101544f0602af2b4f"
  private static let project = "0123456789abcdef0123456789abcdef"
  private static let path = "/v1/\(project)/jobs/\(id)"
  private static let url = "https://ecs.eu-de.otc.t-systems.com\(path)"

  /// The URLs of the jobs in a text that comes in pieces of `length` bytes.
  private static func found(in text: String, by length: Int = .max) -> [String] {
    var (scanner, found, rest) = (JobScanner(), [] as [String], Array(text.utf8)[...])
    while !rest.isEmpty {
      scanner.scan(rest.prefix(length)) { found.append($0.text) }
      rest = rest.dropFirst(length)
    }
    scanner.scan([], isEnd: true) { found.append($0.text) }
    return found
  }

  private static let vpc = "https://vpc.eu-de.otc.t-systems.com/v1/\(project)/publicips"
  private static let evs = "https://evs.eu-de.otc.t-systems.com/v2/\(project)/cloudvolumes"
  private static let evsQuery = "https://evs.eu-de.otc.t-systems.com/v1/\(project)/jobs/\(id)"

  @Test(arguments: [
    "2026-11-29T10:00:01.123+0800 [INFO]  provider: 2026/11/29 10:00:01 [DEBUG] API Request URL: GET \(url): timestamp=2026",
    "[DEBUG] [0f2c] API Request URL: GET \(url)",
    #"{"@message":"[DEBUG] API Request URL: GET \#(url)\n","@module":"x"}"#,
    #"{"@message":"GET https:\/\/ecs.eu-de.otc.t-systems.com\/v1\/\#(project)\/jobs\/\#(id)\"","@level":"debug"}"#,
    #"REQ: curl -g -i -X GET \#(url) -H "X-Auth-Token: {SHA256}0123""#, "\u{1B}[36mGET \(url)\u{1B}[0m 200",
    "url=\(url),",
    "> GET \(path) HTTP/1.1\r\n> User-Agent: curl/7\r\n> Host: ecs.eu-de.otc.t-systems.com\r\n> \r\n",
    "> GET \(path) HTTP/2\n> host: ecs.eu-de.otc.t-systems.com\n", "(\(url))", "\(url)?limit=1",
    "\(url)\n\(url)\n\(url)",
    "GET /v1/\(project)/jobs/other HTTP/1.1\r\n\r\n\(url)", "jobs jobs /jobs/ job_id \"job_id\" \(url) Jobs",
  ])
  func address(_ text: String) {
    for length in [1, 7, 100, .max] {
      let found = Self.found(in: text + "\n", by: length)
      #expect(found.map { JobAddress($0)?.anyQuery?.jobID } == [Self.id], "\(length): \(found)")
      #expect(found.first?.hasPrefix(Self.url) == true)
    }
    #expect(Self.found(in: text).count == 1)
  }

  @Test(arguments: [
    "[DEBUG] API Request URL: POST \(evs)\n[DEBUG] API Response Body: {\n  \"job_id\": \"\(id)\",\n}",
    #"REQ: curl -g -i -X POST \#(evs) -H "X: y" -d '{}'"#
      + "\nRESP: [200] …\nRESP BODY: {\"order_id\":\"7\",\"jobId\": \"\(id)\"}",
    #"{"@message":"[DEBUG] API Request URL: POST \#(evs)\n"}"# + "\n"
      + #"{"@message":"Body: {\n  \"job_id\": \"\#(id)\"\n}"}"#,
    "> POST /v2/\(project)/cloudvolumes HTTP/1.1\r\n> Host: evs.eu-de.otc.t-systems.com\r\n> \r\n{\"JobId\":\"\(id)\"}",
    "DELETE \(evs)/7 \(String(repeating: "x\n", count: 1000)) {\"jobID\" : \"\(id)\"}",
    "GET \(vpc)\nPOST \(evs)\n{\"job_id\":\"\(id)\"}\nGET \(evsQuery)\n{\"job_id\":\"\(id)\",\"sub\":{\"job_id\":\"other\"}}",
  ])
  func body(_ text: String) {
    for length in [1, 7, 100, .max] { #expect(Self.found(in: text + "\n", by: length) == [Self.evsQuery], "\(length)") }
  }

  /// Ids of other things, answers to queries, and URLs that are no query for a job.
  @Test(arguments: [
    "{\"job_id\": \"\(id)\"}", "GET \(url.dropLast(33))\n{\"jobs\": [{\"job_id\": \"\(id)\"}]}",
    "GET \(vpc)\n{\"job_id\": \"\(id)\"}", "POST https://example.com/v1/\(project)/x\n{\"job_id\": \"\(id)\"}",
    "POST \(evs)\nGET \(vpc)\n{\"job_id\": \"\(id)\"}",
    "POST \(evs)\n{\"job_id\": 7, \"job_id\": null, \"job_id\": \"\"}",
    "POST \(evs)\n{\"job_id\": \"a b\"}\n{\"order_id\": \"\(id)\"}\njob_id: \(id)", "POST \(evs)\n'job_id': '\(id)'",
    "https://ecs.eu-de.otc.t-systems.com/v1/\(project)/cloudservers/\(id)", "/v1/\(project)/jobs/\(id)",
    "https://dli.cn-north-4.myhuaweicloud.com/v1.0/\(project)/jobs/\(id)",
    "see https://ecs.eu-de.otc.t-systems.com/jobs",
    "POST \(evs)\n\(String(repeating: "x\n", count: 200_000)){\"job_id\": \"\(id)\"}",
    "> GET \(path) HTTP/1.1\r\n> Accept: *\r\n> \r\n> Host: ecs.eu-de.otc.t-systems.com\r\n",
  ])
  func nothing(_ text: String) {
    for length in [100, .max] { #expect(Self.found(in: text + "\n", by: length) == [], "\(length)") }
  }

  @Test func `finds jobs amid megabytes without a newline, and each once`() {
    let noise = String(repeating: " the job is jolly, Jobs and \"job_id\" too ", count: 100_000)
    let other = Self.url.dropLast() + "0"
    #expect(
      Self.found(in: noise + Self.url + noise + other + noise + Self.url, by: 65_536) == [Self.url, String(other)])
  }
}

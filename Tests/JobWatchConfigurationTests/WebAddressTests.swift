import JobWatchConfiguration
import Testing

@Suite struct `The address of an endpoint` {
  @Test(
    "may be https anywhere, and http only to loopback, the metadata address and hosts allowed by name",
    arguments: [
      ("https://ecs.example", nil), ("https://ecs.example:8443", nil),
      ("https://[2001:db8::1]:8443", nil), ("https://10.0.0.1", nil),
      ("http://127.0.0.1:8080", nil), ("http://127.9.9.9", nil), ("http://[::1]:8080", nil),
      ("http://[0:0:0:0:0:0:0:1]", nil), ("http://localhost:1", nil), ("http://LOCALHOST", nil),
      ("http://169.254.169.254", nil), ("http://lab.example:80", nil), ("http://Lab.Example", nil),
      ("http://10.0.0.7", nil), ("http://[2001:db8:0::7]", nil),
      ("http://ecs.example", "in the clear"), ("http://a.lab.example", "in the clear"),
      ("http://lab.example.evil", "in the clear"), ("http://10.0.0.8", "in the clear"),
      ("http://[2001:db8::1]", "in the clear"), ("http://127.0.0.1.evil.example", "in the clear"),
      ("http://127.1", "in the clear"), ("http://%6cocalhost", "in the clear"),
      ("https://[2001:db8::g]", "in its brackets: correct it"),
      ("https://ecs.example/path", "must end after"),
      ("https://u:p@ecs.example", "user or password"),
      ("https://ecs.example:0", "1 to 65535: correct it"), ("ecs.example", "is not an address"),
      ("ftp://ecs.example", "must begin with https://"),
    ] as [(String, String?)])
  func endpoint(_ url: String, _ word: String?) {
    let allowed = ["lab.example", "10.0.0.7", "2001:db8::7"]
    let problem = WebAddress.problem(withEndpoint: url, allowingHTTPTo: allowed)
    #expect((problem == nil) == (word == nil), "\(problem ?? "no problem")")
    if let word { #expect(problem?.contains(word) == true, "\(problem ?? "no problem")") }
  }
}

import Foundation
import TestSupport
import Testing

@testable import CloudAPI

struct SecretTests {
  @Test func `a secret shows itself in no way of printing`() {
    let key = AccessKey(access: "AK", secret: Secret("hush"), securityToken: Secret("hush"))
    var dumped = ""
    dump(Credential.accessKey(key), to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\(SecretSource.plain(key.secret))"] {
      #expect(!text.contains("hush"))
    }
    #expect("\(key.secret)" == "(secret)")
  }

  @Test func `a fingerprint changes with every part of a credential and with nothing else`() {
    let credentials: [Credential] = [
      .accessKey(AccessKey(access: "ab", secret: Secret("c"))),
      .accessKey(AccessKey(access: "a", secret: Secret("bc"))),
      .accessKey(AccessKey(access: "ab", secret: Secret("c"), securityToken: Secret("t"))),
      .accessKey(AccessKey(access: "ab", secret: Secret("c"), securityToken: Secret("u"))),
      .accessKey(AccessKey(access: "ab", secret: Secret("c")), .credential),
      .token(Secret("ab")), .token(Secret("c")),
    ]
    #expect(Set(credentials.map(\.fingerprint)).count == credentials.count)
    #expect(credentials.map(\.fingerprint) == credentials.map(\.fingerprint))
    #expect(credentials.allSatisfy { $0.fingerprint.utf8.count == 64 })
  }
}

struct SecretSourceTests {
  /// With the files that the cases need.
  private let scratch: TemporaryDirectory
  private var directory: String { scratch.path }

  init() throws {
    scratch = try TemporaryDirectory()
    let files: [String: [UInt8]] = [
      "line": Array("s3cret\n".utf8), "windows": Array("s3cret\r\n".utf8),
      "bare": Array("s3cret".utf8), "two": Array("s3cret\n\n".utf8), "empty": [],
      "newline": Array("\n".utf8), "binary": [0xff, 0xfe, 0x41],
      "large": [UInt8](repeating: 65, count: SecretSource.sizeLimit + 1),
      "jobwatch_key": Array("prefixed\n".utf8), "both": Array("plain".utf8),
      "jobwatch_both": Array("prefixed".utf8),
    ]
    for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: "\(directory)/\(name)")) }
  }

  private func source(_ text: String) -> SecretSource {
    let name = String(text.drop { $0 != ":" }.dropFirst())
    return switch text.prefix(3) {
    case "fil": .file("\(directory)/\(name)")
    case "cre": .credential(name)
    case "env": .environment(name)
    default: .plain(Secret(name))
    }
  }

  @Test(arguments: [
    ("file:line", "s3cret"), ("file:windows", "s3cret"), ("file:bare", "s3cret"),
    ("file:two", "s3cret\n"), ("env:VARIABLE", "of the environment"),
    ("credential:line", "s3cret"), ("credential:key", "prefixed"), ("credential:both", "plain"),
    ("plain:as it is", "as it is"),
  ])
  func `a secret is read from its source`(from: String, expected: String) throws {
    let environment = [
      "VARIABLE": "of the environment", "CREDENTIALS_DIRECTORY": directory,
    ]
    #expect(try source(from).read(environment: environment).reveal() == expected)
  }

  @Test(arguments: [
    ("file:absent", "does not exist"), ("file:", "plain file"), ("file:empty", "is empty"),
    ("file:newline", "is empty"), ("file:binary", "is not UTF-8"), ("file:large", "larger than"),
    ("env:ABSENT", "is not set"), ("env:EMPTY", "is empty"),
    ("credential:absent", "LoadCredential"),
    ("credential:../line", "without a slash"), ("credential:", "without a slash"),
    ("plain:", "is empty"),
  ])
  func `a secret that cannot be read names its place and the remedy`(from: String, expected: String) throws {
    let source = source(from)
    let error = #expect(throws: SecretError.self) {
      try source.read(environment: ["EMPTY": "", "CREDENTIALS_DIRECTORY": directory])
    }
    let message = try #require(error).message
    #expect(message.hasPrefix("\(source) "))
    #expect(message.contains(expected), "\(message)")
  }

  @Test(arguments: [nil, "/run/credentials/jobwatch.service"])
  func `a credential that is not there says how it gets there`(directory: String?) throws {
    let error = #expect(throws: SecretError.self) {
      try SecretSource.credential("key").read(environment: directory.map { ["CREDENTIALS_DIRECTORY": $0] } ?? [:])
    }
    let message = try #require(error).message
    #expect(message.contains(directory ?? "CREDENTIALS_DIRECTORY is not set"))
    for words in ["/etc/jobwatch/credentials/key", "root", "0600", "systemctl restart jobwatch"] {
      #expect(message.contains(words), "\(message)")
    }
  }
}

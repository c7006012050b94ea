import Foundation
import TestSupport

/// Issues certificates for tests, by `openssl`, into a directory that goes with it.
final class TestAuthority: Sendable {
  private let scratch: TemporaryDirectory
  var directory: String { scratch.path }
  /// What a client has to trust.
  var certificate: String { directory + "/ca.pem" }

  private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

  init() throws {
    scratch = try TemporaryDirectory()
    try openssl(
      ["req", "-x509"] + Self.key + [
        "-subj", "/CN=An authority", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem",
      ])
  }

  /// A certificate for a host, `IP:127.0.0.1` or `DNS:name`; with fewer than 0 days it has expired.
  /// Its files are `NAME.pem` and `NAME.key`.
  func issue(_ name: String, for host: String, days: Int = 2) throws {
    try openssl(
      ["req"] + Self.key + [
        "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).csr",
      ])
    try Data("subjectAltName=\(host)\n".utf8).write(
      to: URL(fileURLWithPath: "\(directory)/\(name).ext"))
    try openssl([
      "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
      "-days", "\(days)", "-extfile", "\(name).ext", "-out", "\(name).pem",
    ])
  }

  private func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let words = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TooLate(description: String(decoding: words, as: UTF8.self)) }
  }
}

/// `openssl s_server`, which answers each request over TLS with a page about the connection.
final class TLSServer: Sendable {
  let port: UInt16
  private let process: Process

  /// - Parameter host: 127.0.0.1 or [::1].
  init(_ authority: TestAuthority, certificate name: String, host: String = "127.0.0.1") throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "s_server", "-accept", "\(host):0", "-cert", "\(name).pem", "-key", "\(name).key",
      "-www",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: authority.directory)
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    // "ACCEPT 127.0.0.1:34093"
    var text = ""
    while true {
      let part = output.fileHandleForReading.availableData
      text += String(decoding: part, as: UTF8.self)
      if let match = text.firstMatch(of: /ACCEPT .*:(\d+)\n/), let port = UInt16(match.1) {
        self.port = port
        return
      }
      if part.isEmpty {
        throw TooLate(description: "openssl s_server did not start: \(text)")
      }
    }
  }

  deinit { process.terminate() }
}

import Foundation
import TestSupport

/// Issues certificates for tests, by `openssl`, into a directory that goes with it.
final class TestAuthority: Sendable {
  private let scratch: TemporaryDirectory
  var directory: String { scratch.path }
  /// What a client has to trust.
  var certificate: String { directory + "/ca.pem" }

  private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

  init() async throws {
    scratch = try TemporaryDirectory()
    try await openssl(
      ["req", "-x509"] + Self.key + [
        "-subj", "/CN=An authority", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem",
      ])
  }

  /// A certificate for a host, `IP:127.0.0.1` or `DNS:name`; with fewer than 0 days it has expired.
  /// Its files are `NAME.pem` and `NAME.key`.
  func issue(_ name: String, for host: String, days: Int = 2) async throws {
    try await openssl(
      ["req"] + Self.key + [
        "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).csr",
      ])
    try Data("subjectAltName=\(host)\n".utf8).write(
      to: URL(fileURLWithPath: "\(directory)/\(name).ext"))
    try await openssl([
      "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
      "-days", "\(days)", "-extfile", "\(name).ext", "-out", "\(name).pem",
    ])
  }

  /// Takes and gives file names within the directory.
  private func openssl(_ arguments: [String]) async throws {
    let run = try await ChildProcess.run(["-C", directory, "openssl"] + arguments, program: "/usr/bin/env")
    guard run.exit == .code(0) else { throw TooLate(description: run.error) }
  }
}

/// `openssl s_server`, which answers each request over TLS with a page about the connection.
final class TLSServer: Sendable {
  let port: UInt16
  private let process: ChildProcess

  /// - Parameter host: 127.0.0.1 or [::1].
  init(_ authority: TestAuthority, certificate name: String, host: String = "127.0.0.1") throws {
    let (output, nothing) = (Pipe(), try FileHandle(forUpdating: URL(fileURLWithPath: "/dev/null")))
    process = try ChildProcess(
      [
        "/usr/bin/env", "-C", authority.directory, "openssl", "s_server", "-accept", "\(host):0",
        "-cert", "\(name).pem", "-key", "\(name).key", "-www",
      ],
      files: [nothing, output.fileHandleForWriting, nothing].map(\.fileDescriptor))
    try output.fileHandleForWriting.close()
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

  deinit { process.send(SIGTERM) }
}

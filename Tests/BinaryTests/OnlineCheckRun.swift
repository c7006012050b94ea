import Foundation
import TestSupport

/// One run of `jobwatch check --online`, and what it printed.
struct OnlineCheckRun {
  struct Finding: Equatable {
    var account: String
    /// Nil for the account's own.
    var service: String?
    var step: String
    var result: String
    var detail: String
    var cure: String?
  }

  /// As `--json` prints it.
  struct Report: Decodable {
    struct Account: Decodable {
      struct Finding: Decodable {
        var service: String?
        var step: String
        var result: String
        var detail: String
        var cure: String?
      }

      var account: String
      var findings: [Finding]
    }

    var ok: Bool
    var online: [Account]?
  }

  let exit: ChildProcess.Exit
  let lifetime: Duration
  let output: String
  let error: String

  /// - Parameter environment: `NAME=VALUE`, for this run only.
  init(
    _ bed: Testbed, _ options: [String] = [], command: [String] = ["check", "--online"],
    environment: String? = nil
  ) async throws {
    let arguments = command + ["--config", bed.place.configuration] + options
    let program = environment == nil ? nil : "/usr/bin/env"
    let outcome = try await ChildProcess.run(
      (try environment.map { [$0, try ChildProcess.binary()] } ?? []) + arguments, program: program)
    (exit, lifetime) = (outcome.exit, outcome.lifetime)
    (output, error) = (outcome.output, outcome.error)
  }

  var report: Report {
    get throws { try JSONDecoder().decode(Report.self, from: Data(output.utf8)) }
  }

  /// Read back from the table for people.
  var findings: [Finding] {
    let table = output.split(separator: "\n").drop { !$0.hasPrefix("ACCOUNT  SERVICE") }.dropFirst()
    return table.reduce(into: []) { findings, line in
      if let cure = line.firstMatch(of: /^    cure: (.*)$/)?.1, !findings.isEmpty {
        findings[findings.count - 1].cure = String(cure)
      }
      let cells = /^(\S+) +(\S+) +(\S+) +(ok|warning|FAILED|skipped) +(.*)$/
      guard let row = line.firstMatch(of: cells) else { return }
      findings.append(
        Finding(
          account: String(row.1), service: row.2 == "all" ? nil : String(row.2),
          step: String(row.3), result: String(row.4), detail: String(row.5)))
    }
  }

  func finding(_ step: String, service: String? = nil, account: String = "prod") -> Finding? {
    findings.first { $0.step == step && $0.service == service && $0.account == account }
  }
}

extension Workplace {
  /// Replaces a text of the configuration, which has to be there.
  func change(_ from: String, _ to: String) throws {
    let text = try text(of: configuration)
    guard text.contains(from) else { throw TooLate(description: "no \(from) in \(text)") }
    try write(text.replacing(from, with: to), to: configuration)
  }

  /// Replaces the address of a service.
  func setEndpoint(_ service: String, _ url: String) throws {
    let text = try text(of: configuration)
    guard let old = text.firstMatch(of: try Regex("\(service): \"[^\"]*\"")) else {
      throw TooLate(description: "no endpoint of \(service) in \(text)")
    }
    try change(String(text[old.range]), "\(service): \"\(url)\"")
  }

  /// `openssl s_server` with a certificate that nobody trusts.
  func serveTLS() async throws -> (process: ChildProcess, url: String) {
    let made = try await ChildProcess.run(
      [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-subj", "/CN=nobody", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
        "-keyout", root + "/tls.key", "-out", root + "/tls.pem",
      ], program: "/usr/bin/env")
    guard made.exit == .code(0) else { throw TooLate(description: made.error) }
    let (output, changes) = (root + "/s_server", try FileEvents(of: root))
    let server = try ChildProcess(
      [
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", root + "/tls.pem", "-key",
        root + "/tls.key", "-www",
      ], program: "/usr/bin/env", output: output, error: output)
    let port = try await within(.seconds(20), "openssl listens") { [self] in
      for await change in changes.stream where change.name == "s_server" {
        if let port = try text(of: output).firstMatch(of: /ACCEPT .*:(\d+)\n/)?.1 { return String(port) }
      }
      throw CancellationError()
    }
    return (server, "https://127.0.0.1:\(port)")
  }
}

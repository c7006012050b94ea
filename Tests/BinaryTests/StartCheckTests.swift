import Foundation
import Glibc
import JobWatchCore
import TestSupport
import Testing

/// `check` decides with the start's own code: what it says is what `run` would say.
@Suite struct `A check of the start` {
  struct SetUp: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var spoil: @Sendable (Workplace) throws -> Void

    init(_ name: String, _ words: String, _ spoil: @escaping @Sendable (Workplace) throws -> Void) {
      (testDescription, self.words, self.spoil) = (name, words, spoil)
    }
  }

  private static let secrets = [
    SetUp("a secret of the URL-safe alphabet", "hook_secret begins with whsec_ but goes on with") {
      try $0.write("whsec__-_v7-_v_v__7__7__v_-__v7-8=\n", to: $0.root + "/hook_secret")
    },
    SetUp("a secret cut in two", "not base64: copy it again") {
      try $0.write("whsec_dGhlLXNl\nY3JldA==\n", to: $0.root + "/hook_secret")
    },
    SetUp("no secret", "hook_secret does not exist") { try remove("/hook_secret", $0) },
    SetUp("an empty secret", "secret_key is empty") {
      try $0.write("\u{FEFF}\n", to: $0.secretKeyFile)
    },
    SetUp("a secret in UTF-16", "secret_key is not UTF-8 but UTF-16") {
      try Data([0xFF, 0xFE, 0x61, 0]).write(to: URL(fileURLWithPath: $0.secretKeyFile))
    },
    SetUp("a directory as a secret", "secret_key cannot be read") {
      try remove("/secret_key", $0)
      try make("/secret_key", $0)
    },
    SetUp("two faults", "access_key does not exist") {
      try remove("/access_key", $0)
      try remove("/hook_secret", $0)
    },
    SetUp("no variable", "environment variable JOBWATCH_NONE is not set") {
      try $0.change("secret_key: {file: \($0.secretKeyFile)}", "secret_key: {env: JOBWATCH_NONE}")
    },
    SetUp("a profile without the section", "has no section [basic]") { place in
      try place.change("access_key: {file", "profile: {file")
      try place.change("    secret_key: {file: \(place.secretKeyFile)}\n", "")
      try place.write("[other]\nak = a\nsk = b\n", to: place.root + "/access_key")
    },
    SetUp("an address that is none", "oncall_url is not a URL") { place in
      try place.write("nowhere\n", to: place.root + "/oncall_url")
      let text = try place.text(of: place.configuration)
      let changed = text.replacing(#/url: "[^"]*"/#, with: "url: {file: \(place.root)/oncall_url}")
      try place.write(changed, to: place.configuration)
    },
    SetUp("no address of the heartbeat", "/beat does not exist") {
      let text = try $0.text(of: $0.configuration)
      try $0.write(text + "heartbeat: {url: {file: \($0.root)/beat}}\n", to: $0.configuration)
    },
    SetUp("no certificates", "/ca.pem does not exist") {
      try $0.change("region: eu-de", "region: eu-de\n    ca_file: \($0.root)/ca.pem")
    },
    SetUp("certificates that are none", "/ca.pem holds no certificate") {
      try $0.write("none\n", to: $0.root + "/ca.pem")
      try $0.change("region: eu-de", "region: eu-de\n    ca_file: \($0.root)/ca.pem")
    },
  ]

  private static let places = [
    SetUp("no place for the state", "/no/state is not there and cannot be made") {
      try $0.change("/state\n", "/no/state\n")
    },
    SetUp("a file as the state", "/state cannot be used: Not a directory") {
      try remove("/state", $0)
      try $0.write("", to: $0.stateDirectory)
    },
    SetUp("an emptied database", "is damaged (it is empty)") { try $0.write("", to: $0.database) },
    SetUp("a foreign file as the database", "is damaged (file is not a database)") {
      try $0.write(String(repeating: "x", count: 5000), to: $0.database)
    },
    SetUp("a log without its database", "is gone, but its write-ahead log") {
      try $0.write("x", to: $0.database + "-wal")
    },
    SetUp("a directory as the database", "jobwatch.db is no file") {
      try make("/state/jobwatch.db", $0)
    },
    SetUp("no place for the spool", "/no/spool is not there and cannot be made") {
      try $0.change("/spool\n", "/no/spool\n")
    },
    SetUp("a file as the spool", "/spool cannot be used: Not a directory") {
      try remove("/spool", $0)
      try $0.write("", to: $0.root + "/spool")
    },
    SetUp("a file in the spool's place", "/spool/incoming cannot be used: Not a directory") {
      try $0.write("", to: $0.root + "/spool/incoming")
    },
    SetUp("no place for the status log", "/no/log is not there and cannot be made") {
      try $0.change("/log/status.log", "/no/log/status.log")
    },
    SetUp("a directory as the status log", "status.log cannot be opened: Is a directory") {
      try make("/log/status.log", $0)
    },
  ]

  /// Files that a start would move aside as a damaged log.
  private static let logs = [
    SetUp("the database as the status log", "is the database, and cannot be the status log") {
      try $0.change("/log/status.log", "/state/jobwatch.db")
    },
    SetUp("a part of the database as the status log", "is a part of the database, and") { place in
      try FileManager.default.createSymbolicLink(
        atPath: place.root + "/log/status.log", withDestinationPath: place.stateDirectory + "/jobwatch.db-wal")
    },
    SetUp("the lock as the status log", "is the daemon's lock, and cannot be") {
      try $0.change("/log/status.log", "/state/jobwatch.lock")
    },
    SetUp("the configuration as the status log", "is the configuration, and cannot be") {
      try FileManager.default.linkItem(atPath: $0.configuration, toPath: $0.root + "/log/status.log")
    },
    SetUp("a secret as the status log", "is a file that the configuration names, and") {
      try $0.change("/log/status.log", "/secret_key")
    },
    SetUp("a spool file as the status log", "is in the spool's incoming/, and cannot be") {
      try $0.change("/log/status.log", "/spool/incoming/status.log")
    },
    SetUp("another program's database as the status log", "is a database, and cannot be") {
      try $0.write("SQLite format 3\0\n", to: $0.root + "/log/status.log")
    },
    SetUp("a link into no directory as the status log", "/no/log, which cannot be opened") {
      try FileManager.default.createSymbolicLink(
        atPath: $0.root + "/log/status.log", withDestinationPath: $0.root + "/no/log")
    },
  ]

  private static func remove(_ name: String, _ place: Workplace) throws {
    try FileManager.default.removeItem(atPath: place.root + name)
  }

  private static func make(_ name: String, _ place: Workplace) throws {
    try FileManager.default.createDirectory(atPath: place.root + name, withIntermediateDirectories: false)
  }

  private func reasons(_ outcome: ChildProcess.Outcome, _ place: Workplace) -> [Substring] {
    outcome.error.split(separator: "\n").filter {
      $0.hasPrefix(place.configuration) && !$0.contains(": warning: ")
    }
  }

  @Test(
    "refuses what the start refuses, in the same words, and leaves no trace",
    .timeLimit(.minutes(10)), arguments: secrets + places + logs)
  func refuses(_ setUp: SetUp) async throws {
    try await Testbed.run { bed in
      try setUp.spoil(bed.place)
      let before = try Self.tree(bed.place)
      let arguments = ["--config", bed.place.configuration]
      let check = try await CommandLineTests.jobwatch(["check"] + arguments, in: bed)
      #expect(try Self.tree(bed.place) == before)
      try #require(check.exit == .code(78), "\(check.error)")
      let run = try await CommandLineTests.jobwatch(["run"] + arguments, in: bed)
      #expect(run.exit == .code(78), "\(run.error)")
      let said = reasons(check, bed.place)
      #expect(said.contains { $0.contains(setUp.words) }, "\(check.error)")
      #expect(said == reasons(run, bed.place), "\(check.error)\n\(run.error)")
      #expect(!(check.error + run.error).contains("v_v__7"))
    }
  }

  /// What lies in the places of the configuration.
  private static func tree(_ place: Workplace) throws -> Set<String> {
    let names = try FileManager.default.subpathsOfDirectory(atPath: place.root)
    return Set(names.filter { !$0.hasPrefix("command-") })
  }

  @Test(
    "finds in order what the start makes itself, and says that it will",
    .timeLimit(.minutes(10)))
  func makes() async throws {
    try await Testbed.run { bed in
      for name in ["/state", "/spool", "/log"] { try Self.remove(name, bed.place) }
      try bed.place.write("whsec_/+/v7+/v/v//7//7//v/+//v7+8\n", to: bed.place.root + "/hook_secret")
      let arguments = ["check", "--config", bed.place.configuration]
      let check = try await CommandLineTests.jobwatch(arguments, in: bed)
      #expect(check.exit == .code(0), "\(check.error)")
      for name in ["/state", "/spool", "/log/status.log"] {
        #expect(check.output.contains("\(bed.place.root)\(name) (will be created)"))
      }
      #expect(try Self.tree(bed.place).isDisjoint(with: ["state", "spool", "log"]))
      let daemon = try await bed.startDaemon()
      let made = ["state", "spool", "spool/incoming", "spool/rejected", "log"]
      let modes = try made.map { name in
        try FileManager.default.attributesOfItem(atPath: "\(bed.place.root)/\(name)")[
          .posixPermissions] as? Int
      }
      #expect(modes == [0o750, 0o751, 0o750, 0o750, 0o750])
      #expect(await daemon.terminate() == .code(0))
    }
  }
}

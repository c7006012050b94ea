import Foundation
import JobWatchCore
import TestSupport
import Testing

@Suite struct `The journal's catalog` {
  private struct Entry {
    var id: String
    var headers: [String: String]
    var text: String

    /// From its first line, which ends the `-- ` before it.
    init(_ part: String) throws {
      let parts = part.split(separator: "\n\n", maxSplits: 1)
      let lines = parts[0].split(separator: "\n")
      id = String(lines[0])
      let pairs = lines.dropFirst().map { $0.split(separator: ": ", maxSplits: 1) }
      headers = Dictionary(pairs.map { (String($0[0]), $0.count > 1 ? String($0[1]) : "") }, uniquingKeysWith: { $1 })
      text = parts.count > 1 ? String(parts[1]) : ""
    }
  }

  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "systemd/jobwatch.catalog")

  private func entries() throws -> [Entry] {
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    return try ("\n" + text).split(separator: "\n-- ").dropFirst().map { try Entry(String($0)) }
  }

  @Test func `explains every id, and no other`() throws {
    let ids = try entries().map(\.id)
    #expect(ids.count == MessageID.allCases.count)
    #expect(Set(ids) == Set(MessageID.allCases.map(\.rawValue)))
  }

  @Test func `says of each what happened, whose it is, where to read on, and what to do`() throws {
    for entry in try entries() {
      let subject = entry.headers["Subject"] ?? ""
      #expect(!subject.isEmpty && subject.count < 80, "\(entry.id)")
      #expect(entry.headers["Defined-By"] == "jobwatch", "\(entry.id)")
      #expect(entry.headers["Support"] == "man:jobwatch(8)", "\(entry.id)")
      #expect(entry.text.count > 60, "\(entry.id)")
    }
  }

  /// A field that an entry lacks would be read as its bare name.
  @Test func `refers only to what the event always has`() throws {
    let fields: [(prefix: String, names: Set<String>)] = [
      ("job.", ["JOB_ID", "ACCOUNT", "SERVICE"]), ("account.", ["ACCOUNT"]),
      ("endpoint.", ["ACCOUNT", "SERVICE"]), ("channel.", ["CHANNEL"]), ("spool.", ["FILE"]),
      ("daemon.repaired", ["FILE"]),
    ]
    var known: [String: Set<String>] = [:]
    for kind in EventKind.allCases {
      known[MessageID(kind).rawValue] = fields.first { kind.rawValue.hasPrefix($0.prefix) }?.names ?? []
    }
    for entry in try entries() {
      let all = (entry.headers["Subject"] ?? "") + entry.text
      let named = Set(all.matches(of: /@JOBWATCH_([A-Z_]+)@/).map { String($0.1) })
      #expect(named.isSubset(of: known[entry.id] ?? []), "\(entry.id)")
      #expect(all.count { $0 == "@" } == 2 * all.matches(of: /@JOBWATCH_[A-Z_]+@/).count)
    }
  }

  @Test(
    "is what journalctl reads",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/journalctl")))
  func journalctl() async throws {
    let root = try TemporaryDirectory()
    let folder = URL(filePath: root.path + "/usr/lib/systemd/catalog")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: Self.file, to: folder.appending(path: "jobwatch.catalog"))
    #expect(try await run("--update-catalog", root) == "")
    let list = try await run("--list-catalog", root).split(separator: "\n").map { $0.prefix(32) }
    #expect(list.map(String.init) == MessageID.allCases.map(\.rawValue).sorted())
  }

  /// What it says, on either output.
  private func run(_ option: String, _ root: TemporaryDirectory) async throws -> String {
    let outcome = try await ChildProcess.run(
      ["--no-pager", "--root=" + root.path, option], program: "/usr/bin/journalctl")
    #expect(outcome.exit == .code(0), "\(outcome.error)")
    return outcome.output + outcome.error
  }
}

import Foundation
import GRDB
import JobWatchStore

/// The least that an intake can be: read, decode, insert the job and its event, commit, unlink. It checks nothing, and
/// needs one statement a row.
struct BareIntake {
  private let database: DatabaseQueue
  private let decoder = JSONDecoder()

  /// As many as the daemon's intake takes in one transaction.
  private static let jobsPerCommit = 2000

  private struct Line: Decodable {
    var job_id: String
    var service: String
    var labels: [String: String]
  }

  /// The same tables under the same settings.
  init(path: String) throws {
    try Store(path: path).close()
    var configuration = Configuration()
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")
    }
    database = try DatabaseQueue(path: path, configuration: configuration)
  }

  func take(_ directory: String, jobsPerFile: Int) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    let batch = Self.jobsPerCommit / jobsPerFile
    for start in stride(from: 0, to: names.count, by: batch) {
      let paths = names[start..<min(start + batch, names.count)].map { "\(directory)/\($0)" }
      try database.write { db in
        for path in paths { try insert(path, db) }
        try db.execute(sql: "UPDATE counter SET value = (SELECT max(seq) FROM event) WHERE name = 'seq'")
      }
      for path in paths { unlink(path) }
    }
  }

  func close() throws { try database.close() }

  private func insert(_ path: String, _ db: Database) throws {
    let content = try Data(contentsOf: URL(fileURLWithPath: path))
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    for text in content.split(separator: UInt8(ascii: "\n")) {
      let line = try decoder.decode(Line.self, from: text)
      let run = line.labels["run"] ?? ""
      try db.cachedStatement(sql: Self.jobRow).execute(arguments: [
        "prod", line.service, line.job_id, BenchAccount.projectID, "eu-de", "registered",
        #"{"run":"\#(run)"}"#, "[]", nil, nil, now, now, now, now + 72_000_000,
      ])
      // As long as what the daemon writes.
      let data =
        #"{"account":"prod","certainty":"confirmed","job_id":"\#(line.job_id)","labels":{"run":"\#(run)"},"#
        + #""region":"eu-de","service":"\#(line.service)","state":"registered","#
        + #""summary":"job \#(line.job_id) of \#(line.service) (prod) is watched"}"#
      try db.cachedStatement(sql: Self.eventRow).execute(arguments: [
        "msg_\(UUID().uuidString)", now, "job.registered", db.lastInsertedRowID, data,
      ])
    }
  }

  private static let jobRow = """
    INSERT INTO job (account, service, job_id, project_id, region, state, labels, channels,
      hint_type, hint_begin, submitted_at, registered_at, due_at, notice_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """
  private static let eventRow = "INSERT INTO event (id, at, kind, job, data) VALUES (?, ?, ?, ?, ?)"
}

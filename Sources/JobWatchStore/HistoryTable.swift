import Foundation
import GRDB
import JobWatchCore

/// The tables `transition` and `evidence`: the changes of a job's state, and the answers that showed them.
package struct HistoryTable {
  let db: Database

  package struct PastTransition: Sendable {
    package var transition: Transition
    package var evidence: Evidence?
  }

  package func record(_ transition: Transition, evidence: Evidence?, of job: Int64) throws {
    var evidenceID: Int64?
    if let evidence {
      try db.run(
        """
        INSERT INTO evidence (job, at, http_status, request_id, server_date, body)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
          job, transition.at, evidence.httpStatus, evidence.requestID, evidence.serverDate,
          Data(evidence.body),
        ])
      evidenceID = db.lastInsertedRowID
    }
    try db.run(
      """
      INSERT INTO transition (job, at, from_state, to_state, raw_status, evidence)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      [
        job, transition.at, transition.from.rawValue, transition.to.rawValue, transition.rawStatus,
        evidenceID,
      ])
  }

  /// Oldest first.
  package func transitions(of job: Int64) throws -> [PastTransition] {
    try db.rows(
      """
      SELECT t.at, t.from_state, t.to_state, t.raw_status, e.http_status, e.request_id,
        e.server_date, e.body
      FROM transition t LEFT JOIN evidence e ON e.id = t.evidence WHERE t.job = ? ORDER BY t.id
      """, [job]
    ).compactMap { row in
      guard let from = JobState(rawValue: row[1]), let to = JobState(rawValue: row[2]) else { return nil }
      let body: Data? = row[7]
      return PastTransition(
        transition: Transition(from: from, to: to, rawStatus: row[3], at: row[0]),
        evidence: body.map {
          Evidence(httpStatus: row[4], requestID: row[5], serverDate: row[6], body: Array($0))
        })
    }
  }
}

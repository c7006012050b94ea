import GRDB
import JobWatchCore

/// The progress of a job's task. Apart from the job's other columns: nothing is decided by it, so no decision reads it.
extension Transaction {
  /// Nil: it was never asked for.
  package func progress(of job: Int64) throws -> ProgressReport? {
    let text: String? = try row("SELECT progress FROM job WHERE id = ?", [job])?[0]
    return try text.map { try StoredJSON.value(ProgressReport.self, $0) }
  }

  package func setProgress(_ report: ProgressReport, of job: Int64) throws {
    try execute(
      "UPDATE job SET progress = ? WHERE id = ?", [try StoredJSON.text(report), job])
  }
}

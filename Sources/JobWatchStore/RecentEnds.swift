import GRDB
import JobWatchCore

extension Transaction {
  /// Of which keys the jobs were that succeeded or failed last, from the newest on.
  package func recentEnds(_ most: Int) throws -> [DurationKey] {
    try rows(
      """
      SELECT service, coalesce(job_type, '') AS job_type, region FROM job
      WHERE ended_at IS NOT NULL AND state IN ('succeeded', 'failed') ORDER BY ended_at DESC, id DESC LIMIT ?
      """, [most]
    ).map {
      DurationKey(service: $0["service"], jobType: $0["job_type"], region: $0["region"])
    }
  }
}

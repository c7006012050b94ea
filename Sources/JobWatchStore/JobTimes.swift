import GRDB
import JobWatchCore

/// Times of watched jobs that are later than now: a clock that was ahead set them, and was set right. Left as they are they
/// would make every age zero until the clock has come to where it was.
extension Transaction {
  private static let areAhead = """
    ended_at IS NULL AND (submitted_at > ?1 OR registered_at > ?1 OR first_seen_at > ?1 OR last_seen_at > ?1
      OR record_since > ?1)
    """

  package func hasJobTimesAhead(of now: Timestamp) throws -> Bool {
    try row("SELECT 1 FROM job WHERE \(Self.areAhead) LIMIT 1", [now]) != nil
  }

  /// Makes them now. What they should have been nobody knows.
  package func boundJobTimes(at now: Timestamp) throws {
    try execute(
      """
      UPDATE job SET submitted_at = min(submitted_at, ?1), registered_at = min(registered_at, ?1),
        first_seen_at = min(first_seen_at, ?1), last_seen_at = min(last_seen_at, ?1),
        record_since = min(record_since, ?1)
      WHERE \(Self.areAhead)
      """, [now])
  }
}

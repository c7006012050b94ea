// What later steps add to the tables.

extension Schema {
  /// One row: the last check of the whole file that found it sound, and the boot of the machine in which it was made.
  static let integrity = """
    CREATE TABLE integrity (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      checked_at INTEGER NOT NULL,
      boot_id TEXT
    ) STRICT;
    """

  /// When a message's `due_at` was set, which bounds it: see `DueTime`. What waits already was set at its last attempt.
  static let settings = """
    ALTER TABLE message ADD COLUMN set_at INTEGER NOT NULL DEFAULT 0;
    UPDATE message SET set_at = coalesce(
      (SELECT max(a.at) FROM attempt a WHERE a.message = message.id),
      (SELECT e.at FROM event e WHERE e.seq = message.seq), due_at)
    WHERE state = 'waiting';
    """

  /// A condition keeps both ends: `until` is null while it lasts, `told_at` until an event tells of it. What was on
  /// record before was told when it began.
  static let conditions = """
    CREATE TABLE condition_with_end (
      id INTEGER PRIMARY KEY,
      subject TEXT NOT NULL,
      kind TEXT NOT NULL,
      since INTEGER NOT NULL,
      until INTEGER CHECK (until >= since),
      told_at INTEGER,
      cause TEXT NOT NULL
    ) STRICT;
    INSERT INTO condition_with_end (subject, kind, since, told_at, cause)
      SELECT subject, kind, since, since, cause FROM condition ORDER BY since, subject;
    DROP TABLE condition;
    ALTER TABLE condition_with_end RENAME TO condition;
    CREATE UNIQUE INDEX condition_open ON condition (subject, kind) WHERE until IS NULL;
    CREATE INDEX condition_by_subject ON condition (subject, since);
    CREATE INDEX condition_by_end ON condition (until) WHERE until IS NOT NULL;
    """
}

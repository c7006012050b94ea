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
}

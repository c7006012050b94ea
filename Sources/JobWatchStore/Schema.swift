import GRDB

/// The tables. A released migration is never edited.
///
/// Times are milliseconds since 1970 by the local clock, which may be wrong: a test lists what bounds each. No index
/// has `job.due_at` and `job.last_seen_at`, because they change with every poll. The poll schedule is a heap in
/// memory, rebuilt from the rows at start.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for (name, sql) in [("1", first), ("2", counts), ("3", settings), ("4", conditions)] {
      migrator.registerMigration(name) { try $0.execute(sql: sql) }
    }
    return migrator
  }

  /// Whether another program made the tables.
  static func isForeign(_ db: Database) throws -> Bool {
    let tables: Int = try db.value("SELECT count(*) FROM sqlite_schema") ?? 0
    return try tables > 0 && !db.tableExists("grdb_migrations")
  }

  /// Whether there are tables beside the list of steps, which is made first, and those of litestream.
  static func hasTables(_ db: Database) throws -> Bool {
    let others: Int? = try db.value(
      """
      SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name <> 'grdb_migrations'
        AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_litestream_*'
      """)
    return others ?? 0 > 0
  }

  /// - `job_active` finds the few watched jobs among a million that ended; a poll does not touch it.
  /// - `message` is the outbox. Its copy of `job` gives the order per (channel, job) without a join.
  /// - `duration` is what ended jobs have taught, by key; `budget` what is left of a quota, by (account, service).
  private static let first = """
    CREATE TABLE job (
      id INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      service TEXT NOT NULL,
      job_id TEXT NOT NULL CHECK (length(job_id) BETWEEN 1 AND 128),
      project_id TEXT NOT NULL,
      region TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('registered', 'pending', 'running', 'awaiting_payment',
        'succeeded', 'failed', 'lapsed', 'lost', 'unknown', 'forgotten')),
      report TEXT CHECK (report IS NULL OR json_valid(report)),
      body_hash INTEGER,
      labels TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(labels)),
      channels TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(channels)),
      job_type TEXT,
      hint_type TEXT,
      hint_begin INTEGER,
      hint_instance TEXT,
      hint_task TEXT,
      expect_within INTEGER CHECK (expect_within > 0),
      progress TEXT CHECK (progress IS NULL OR json_valid(progress)),
      submitted_at INTEGER NOT NULL,
      registered_at INTEGER NOT NULL,
      first_seen_at INTEGER,
      last_seen_at INTEGER CHECK (last_seen_at IS NULL OR first_seen_at IS NOT NULL),
      known_age INTEGER NOT NULL DEFAULT 0 CHECK (known_age >= watched_from),
      watched_from INTEGER NOT NULL DEFAULT 0 CHECK (watched_from >= 0),
      paid_at INTEGER,
      record_since INTEGER,
      ended_at INTEGER,
      polls INTEGER NOT NULL DEFAULT 0 CHECK (polls >= 0),
      absent_answers INTEGER NOT NULL DEFAULT 0 CHECK (absent_answers >= 0),
      absent_since INTEGER CHECK ((absent_since IS NULL) = (absent_answers = 0)),
      reported_words TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reported_words)),
      notices TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(notices)),
      due_at INTEGER,
      notice_at INTEGER,
      UNIQUE (account, service, job_id),
      CHECK ((ended_at IS NULL) = (state IN ('registered', 'pending', 'running', 'awaiting_payment')))
    ) STRICT;
    CREATE INDEX job_by_id ON job (job_id);
    CREATE INDEX job_by_notice ON job (notice_at) WHERE notice_at IS NOT NULL;
    CREATE INDEX job_by_end ON job (ended_at) WHERE ended_at IS NOT NULL;
    CREATE INDEX job_active ON job (id) WHERE ended_at IS NULL;
    CREATE TABLE evidence (
      id INTEGER PRIMARY KEY,
      job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
      at INTEGER NOT NULL,
      http_status INTEGER NOT NULL,
      request_id TEXT,
      server_date INTEGER,
      body BLOB NOT NULL
    ) STRICT;
    CREATE INDEX evidence_by_job ON evidence (job);
    CREATE TABLE transition (
      id INTEGER PRIMARY KEY,
      job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
      at INTEGER NOT NULL,
      from_state TEXT NOT NULL,
      to_state TEXT NOT NULL CHECK (to_state <> from_state),
      raw_status TEXT,
      evidence INTEGER REFERENCES evidence
    ) STRICT;
    CREATE INDEX transition_by_job ON transition (job);
    CREATE INDEX transition_by_evidence ON transition (evidence) WHERE evidence IS NOT NULL;
    CREATE TABLE counter (
      name TEXT PRIMARY KEY,
      value INTEGER NOT NULL CHECK (value >= 0)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO counter (name, value) VALUES ('seq', 0);
    CREATE TABLE event (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      at INTEGER NOT NULL,
      kind TEXT NOT NULL,
      job INTEGER REFERENCES job ON DELETE SET NULL,
      data TEXT NOT NULL CHECK (json_valid(data))
    ) STRICT;
    CREATE INDEX event_by_job ON event (job, seq) WHERE job IS NOT NULL;
    CREATE TABLE message (
      id INTEGER PRIMARY KEY,
      seq INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
      channel TEXT NOT NULL,
      job INTEGER,
      state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given_up')),
      attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
      due_at INTEGER NOT NULL,
      settled_at INTEGER,
      last_error TEXT,
      UNIQUE (seq, channel),
      CHECK ((settled_at IS NULL) = (state = 'waiting'))
    ) STRICT;
    CREATE INDEX message_due ON message (channel, due_at) WHERE state = 'waiting';
    CREATE INDEX message_order ON message (channel, job, seq) WHERE state = 'waiting';
    CREATE TABLE attempt (
      id INTEGER PRIMARY KEY,
      message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
      at INTEGER NOT NULL,
      took_ms INTEGER NOT NULL CHECK (took_ms >= 0),
      http_status INTEGER,
      error TEXT
    ) STRICT;
    CREATE INDEX attempt_by_message ON attempt (message);
    CREATE TABLE duration (
      service TEXT NOT NULL,
      job_type TEXT NOT NULL,
      region TEXT NOT NULL,
      model BLOB NOT NULL CHECK (length(model) <= 6144),
      jobs INTEGER NOT NULL CHECK (jobs >= 0),
      polls INTEGER NOT NULL CHECK (polls >= 0),
      timed_jobs INTEGER NOT NULL CHECK (timed_jobs >= 0),
      latency_ms INTEGER NOT NULL CHECK (latency_ms >= 0),
      fixed_polls INTEGER NOT NULL CHECK (fixed_polls >= 0),
      taught_at INTEGER NOT NULL,
      PRIMARY KEY (service, job_type, region)
    ) STRICT;
    CREATE TABLE budget (
      account TEXT NOT NULL,
      service TEXT NOT NULL,
      number INTEGER NOT NULL,
      saved_at INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (json_valid(state)),
      PRIMARY KEY (account, service)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE log_cursor (
      path TEXT PRIMARY KEY,
      seq INTEGER NOT NULL CHECK (seq >= 0),
      inode INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE condition (
      subject TEXT NOT NULL,
      kind TEXT NOT NULL,
      since INTEGER NOT NULL,
      cause TEXT NOT NULL,
      PRIMARY KEY (subject, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE handled_file (
      fingerprint TEXT PRIMARY KEY,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// What `Transaction.totals` reads every few seconds. Triggers count the watched jobs, because to count a million
  /// rows takes a tenth of a second; a poll without news runs none of them. A recovery of a damaged file may lose rows
  /// of `watched`: the triggers allow for it, and each start of the daemon counts again.
  ///
  /// `integrity` has one row: the last check of the whole file that found it sound, and the machine's boot it was in.
  private static let counts = """
    ALTER TABLE job ADD COLUMN at_risk_since INTEGER;
    UPDATE job SET at_risk_since = (
      SELECT max(e.at) FROM event e WHERE e.job = job.id AND e.kind = 'job.at_risk'
        AND e.at >= coalesce(job.last_seen_at, job.submitted_at))
    WHERE ended_at IS NULL AND notices <> '{}';
    CREATE INDEX job_at_risk ON job (at_risk_since) WHERE at_risk_since IS NOT NULL;
    CREATE INDEX message_given_up ON message (settled_at) WHERE state = 'given_up';
    CREATE TABLE watched (
      account TEXT PRIMARY KEY,
      jobs INTEGER NOT NULL CHECK (jobs >= 0)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO watched (account, jobs)
      SELECT account, count(*) FROM job WHERE ended_at IS NULL GROUP BY account;
    CREATE TRIGGER job_is_watched AFTER INSERT ON job WHEN new.ended_at IS NULL BEGIN
      INSERT INTO watched (account, jobs) VALUES (new.account, 1)
        ON CONFLICT (account) DO UPDATE SET jobs = jobs + 1;
    END;
    CREATE TRIGGER job_has_ended AFTER UPDATE OF ended_at ON job
      WHEN old.ended_at IS NULL AND new.ended_at IS NOT NULL BEGIN
      UPDATE watched SET jobs = max(jobs - 1, 0) WHERE account = new.account;
    END;
    CREATE TRIGGER job_is_watched_again AFTER UPDATE OF ended_at ON job
      WHEN old.ended_at IS NOT NULL AND new.ended_at IS NULL BEGIN
      INSERT INTO watched (account, jobs) VALUES (new.account, 1)
        ON CONFLICT (account) DO UPDATE SET jobs = jobs + 1;
    END;
    CREATE TRIGGER job_is_gone AFTER DELETE ON job WHEN old.ended_at IS NULL BEGIN
      UPDATE watched SET jobs = max(jobs - 1, 0) WHERE account = old.account;
    END;
    CREATE TABLE integrity (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      checked_at INTEGER NOT NULL,
      boot_id TEXT
    ) STRICT;
    """

  /// When a message's `due_at` was set, which bounds it: see `DueTime`. For those that wait it is their last attempt.
  private static let settings = """
    ALTER TABLE message ADD COLUMN set_at INTEGER NOT NULL DEFAULT 0;
    UPDATE message SET set_at = coalesce(
      (SELECT max(a.at) FROM attempt a WHERE a.message = message.id),
      (SELECT e.at FROM event e WHERE e.seq = message.seq), due_at)
    WHERE state = 'waiting';
    """

  /// A condition keeps both ends: `until` is null while it lasts, `told_at` until an event tells of it. Older
  /// conditions were told when they began.
  private static let conditions = """
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

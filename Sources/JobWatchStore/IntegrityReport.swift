import GRDB

/// What a look at every page of the database has found.
package struct IntegrityReport: Sendable, Hashable {
  /// Nil: it is sound.
  package var damage: String?

  /// SQLite's `quick_check`: all of `integrity_check` but the comparison of indexes with their tables, which takes
  /// twice the time.
  init(of db: Database) throws {
    let problems = try String.fetchAll(db, sql: "PRAGMA quick_check(\(Self.most))")
    damage = problems == ["ok"] ? nil : problems.joined(separator: "; ").oneLine
  }

  init(damage: String?) { self.damage = damage }

  /// Problems that are named. One is enough to know, some help to see how far it goes.
  private static let most = 3
}

extension Store {
  /// Looks at the whole file on a connection of its own, which the writer does not wait for.
  ///
  /// As long as it takes, the write-ahead log does not begin anew and grows with what is written. A million jobs and as
  /// many events, 0.8 GB, take 3.5 s of a processor and as long as the disk needs to read them. Table by table it would
  /// be less, but then nobody would look at the pages between the tables.
  ///
  /// - Throws: `StoreError` when it cannot be known, `CancellationError` when the task was cancelled, then at once.
  package func examine() async throws -> IntegrityReport {
    do {
      let queue = try DatabaseQueue(path: path, configuration: Self.examination)
      return try await queue.read(IntegrityReport.init(of:))
    } catch let error as DatabaseError {
      switch error.resultCode {
      // It cannot even be looked at.
      case .SQLITE_CORRUPT, .SQLITE_NOTADB:
        return IntegrityReport(damage: (error.message ?? "\(error.resultCode)").oneLine)
      case .SQLITE_INTERRUPT: throw CancellationError()
      default: throw StoreError(error, path: path)
      }
    }
  }

  /// The error that tells of `damage` in this database.
  package func damaged(_ damage: String) -> StoreError { .damaged(path, damage) }

  private static var examination: Configuration {
    var configuration = Configuration()
    configuration.label = "jobwatch examination"
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    return configuration
  }
}

extension String {
  fileprivate var oneLine: String {
    split(whereSeparator: \.isNewline).joined(separator: ", ")
  }
}

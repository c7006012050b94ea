import ArgumentParser
import JobWatchCore
import JobWatchDaemon
import JobWatchStore

extension StoreReader {
  /// `read`, with a database that cannot be used told on standard error and in the exit code.
  func reading<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
    try telling { try $0.read(body) }
  }

  /// What `body` does with the database, with a `StoreError` told as `reading` tells it.
  func telling<Value>(_ body: (StoreReader) throws -> Value) throws -> Value {
    do {
      return try body(self)
    } catch let error as StoreError {
      let code = error.kind == .passing ? ExitCode.tryAgain : ExitCode.needsPerson
      throw code.telling("\(error)")
    }
  }
}

extension Configuration {
  /// How long the service of `job` keeps its record.
  func retention(of job: Job) -> RetentionPolicy { retention[job.key.service] ?? RetentionPolicy() }
}

import ArgumentParser
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

extension StoreReader {
  /// Reads like `read`; a database that cannot be used is told on standard error and by the exit code.
  func reading<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
    try telling { try $0.read(body) }
  }

  /// Does `body` with the database; its `StoreError` is told in the same way.
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
  /// How long the service of a job keeps its record.
  func retention(of job: Job) -> RetentionPolicy { retention[job.key.service] ?? RetentionPolicy() }
}

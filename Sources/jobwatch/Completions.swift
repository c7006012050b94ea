import ArgumentParser
import CloudAPI
import JobWatchCore
import JobWatchDaemon
import JobWatchStore

/// What the shell offers for a word, in the scripts of `jobwatch --generate-completion-script`. Names that only the
/// configuration or the database has are asked for when the key is pressed; where these cannot be read there are
/// none, and nothing is said.
extension CompletionKind {
  static var accounts: CompletionKind {
    .custom { words, _, _ in configuration(words)?.accounts.map(\.name) ?? [] }
  }

  static var channels: CompletionKind {
    .custom { words, _, _ in configuration(words)?.channels.map(\.name) ?? [] }
  }

  /// Of jobs that are known; as long as nothing is typed, of those that are watched, newest first, and of
  /// those that ended last.
  static var jobs: CompletionKind {
    .custom { words, _, prefix in
      guard let path = configuration(words)?.databasePath else { return [] }
      let ids = try? StoreReader(path: path).read { transaction in
        prefix.isEmpty
          ? try transaction.jobs(matching: JobFilter(), limit: offered).map(\.key.jobID)
          : try transaction.jobIDs(startingWith: prefix, limit: offered)
      }
      return ids ?? []
    }
  }

  static var services: CompletionKind { .list(CloudService.all.map(\.name)) }

  static var events: CompletionKind { .list(EventKind.allCases.map(\.rawValue)) }

  /// More than a terminal shows at once are of no help.
  private static let offered = 100

  /// The one that the line names, or the service's.
  private static func configuration(_ words: [String]) -> Configuration? {
    let option = words.firstIndex(of: "--config").map(words.index(after:))
    let path = option.flatMap { words.indices.contains($0) ? words[$0] : nil }
    return try? ConfigurationFile.read(path: path ?? ConfigurationFile.defaultPath).value
  }
}

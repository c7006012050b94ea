import ArgumentParser
import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

/// The words that a shell offers, by the scripts of `jobwatch --generate-completion-script`. Names are read from the
/// configuration and the database when the key is pressed; where these cannot be read, nothing is offered.
extension CompletionKind {
  static var accounts: CompletionKind {
    .custom { words, _, _ in configuration(words)?.accounts.map(\.name) ?? [] }
  }

  static var channels: CompletionKind {
    .custom { words, _, _ in configuration(words)?.channels.map(\.name) ?? [] }
  }

  /// The ids of known jobs. Before anything is typed, watched jobs come first, then those that ended last.
  static var jobs: CompletionKind {
    .custom { words, _, prefix in
      guard let path = configuration(words)?.databasePath else { return [] }
      let ids = try? StoreReader(path: path).read { transaction in
        prefix.isEmpty
          ? try transaction.jobs.all(matching: .all, limit: offered).map(\.key.jobID)
          : try transaction.jobs.ids(startingWith: prefix, limit: offered)
      }
      return ids ?? []
    }
  }

  static var services: CompletionKind { .list(CloudService.all.map(\.name)) }

  static var events: CompletionKind { .list(EventKind.allCases.map(\.rawValue)) }

  /// About as many as a terminal shows at once.
  private static let offered = 100

  /// The configuration that the line names, or the service's.
  private static func configuration(_ words: [String]) -> Configuration? {
    let option = words.firstIndex(of: "--config").map(words.index(after:))
    let path = option.flatMap { words.indices.contains($0) ? words[$0] : nil }
    return try? ConfigurationFile.read(path: path ?? ConfigurationFile.defaultPath).value
  }
}

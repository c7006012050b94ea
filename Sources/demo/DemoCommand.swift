import Foundation
import Glibc
import JobWatchConfiguration
import JobWatchDaemon
import JobWatchLogging
import Logging

/// The whole of jobwatch in one process: a simulated cloud, the real daemon with a real configuration, spool and
/// database, and a webhook receiver that checks signatures.
@main
enum DemoCommand {
  static func main() async {
    do {
      exit(try await run() ? 0 : 1)
    } catch {
      FileHandle.standardError.write(Data("the demo could not run: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run() async throws -> Bool {
    let stage = try await Stage()
    let path = stage.root + "/jobwatch.yaml"
    let screen = Screen()
    screen.opening()
    var log = Logger(label: "demo") { _ in ConsoleLog() }
    log.logLevel = .error
    let daemon = Daemon(try ConfigurationFile.read(path: path), log: log)
    let ready = AsyncStream<Void>.makeStream()
    let isComplete = try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await daemon.run { ready.continuation.yield() }
        return false
      }
      group.addTask {
        for await _ in ready.stream.prefix(1) {}
        return try await stage.play(screen)
      }
      // A daemon that cannot start throws here. One that runs ends after the play.
      let played = try await group.next() ?? false
      // As an operator's `systemctl stop` does.
      kill(getpid(), SIGTERM)
      try await group.waitForAll()
      return played
    }
    await stage.close()
    screen.closing(try stage.summary(), root: stage.root)
    return isComplete
  }
}

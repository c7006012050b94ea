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
    let screen = Screen()
    do {
      let isComplete = try await run(screen)
      exit(isComplete ? 0 : 1)
    } catch {
      screen.failure("the demo could not run: \(error)")
      exit(1)
    }
  }

  private static func run(_ screen: Screen) async throws -> Bool {
    let files = try DemoFiles()
    let stage = try await Stage(files)
    screen.opening(files)
    let configuration = try ConfigurationFile.read(path: files.configuration)
    var log = Logger(label: "demo") { _ in ConsoleLog() }
    log.logLevel = .error
    let daemon = Daemon(configuration, log: log)
    let ready = AsyncStream<Void>.makeStream()
    let isComplete = try await withThrowingTaskGroup(of: Bool?.self) { group in
      group.addTask {
        try await daemon.run { ready.continuation.yield() }
        return nil
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
      return played ?? false
    }
    await stage.close()
    screen.closing(try Summary.text(stage), files)
    return isComplete
  }
}

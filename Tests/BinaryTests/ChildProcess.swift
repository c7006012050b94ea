import Foundation
import Glibc
import Synchronization

/// The built `jobwatch`, or another program, at work. It is in the test's process group, so that
/// what interrupts the test run interrupts it, too.
final class ChildProcess: Sendable {
  /// How it ended.
  enum Exit: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)

    fileprivate init(status: Int32) {
      let signal = status & 0x7F
      self = signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
    }
  }

  let pid: pid_t
  let began = ContinuousClock.now
  private let hasEnded = Mutex(false)
  private let end: Task<(exit: Exit, at: ContinuousClock.Instant), Never>

  /// Standard output and error are appended to files; standard input is empty.
  /// - Parameter program: nil for the built binary.
  init(
    _ arguments: [String], program: String? = nil, output: String, error: String
  ) throws {
    let pid = try Self.spawn(
      [try program ?? Self.binary()] + arguments, output: output, error: error)
    let (ends, end) = AsyncStream<(exit: Exit, at: ContinuousClock.Instant)>.makeStream()
    self.pid = pid
    self.end = Task {
      for await end in ends { return end }
      return (.code(-1), .now)
    }
    Thread.detachNewThread { [self] in
      let exit = reap()
      end.yield((exit, .now))
    }
  }

  /// Returns once it has ended.
  var exit: Exit { get async { await end.value.exit } }

  /// When it ended, by a thread that waits for nothing else: when a test comes to look is a matter of how busy the
  /// other tests are. Returns once it has ended.
  var ended: ContinuousClock.Instant { get async { await end.value.at } }

  /// Without effect once it has ended.
  func send(_ signal: Int32) {
    hasEnded.withLock { hasEnded in
      if !hasEnded { Glibc.kill(pid, signal) }
    }
  }

  /// SIGKILL, and the wait for its effect.
  @discardableResult
  func kill() async -> Exit {
    send(SIGKILL)
    return await exit
  }

  /// SIGTERM, and the wait for its effect.
  func terminate() async -> Exit {
    send(SIGTERM)
    return await exit
  }

  /// Blocks. The number is given back under the lock only, so that no other process gets a signal.
  private func reap() -> Exit {
    var info = siginfo_t()
    while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    return hasEnded.withLock { hasEnded in
      hasEnded = true
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      return Exit(status: status)
    }
  }

  /// Beside the test bundle, where the build puts both.
  static func binary() throws -> String {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = (bundle as NSString).deletingLastPathComponent + "/jobwatch"
    guard access(path, X_OK) == 0 else { throw SystemFailure("no built binary at \(path)", errno) }
    return path
  }

  private static func spawn(
    _ command: [String], output: String, error: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, error, flags, 0o600)
    // Sockets of tests beside this one: held open here, they would not close there.
    // All tests at once have well over a thousand.
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    for descriptor in (STDERR_FILENO + 1)..<Int32(min(limit.rlim_cur, 16_384)) {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var arguments = command.map { strdup($0) } + [nil]
    var environment = Self.environment.map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, command[0], &actions, nil, &arguments, &environment)
    guard code == 0 else { throw SystemFailure("posix_spawn \(command[0])", code) }
    return pid
  }

  /// What systemd would set must not leak in from around the tests, nor the proxies of this machine.
  private static var environment: [String] {
    ProcessInfo.processInfo.environment
      .filter { !["JOURNAL_STREAM", "NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY"].contains($0.key) }
      .filter { !$0.key.hasPrefix("WATCHDOG_") }
      .filter { !$0.key.lowercased().hasSuffix("_proxy") }
      .map { "\($0.key)=\($0.value)" }
  }
}

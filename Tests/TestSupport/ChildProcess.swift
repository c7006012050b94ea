import Foundation
import Glibc
import Synchronization

/// A program at work. It is in the process group of this one: what interrupts a test run interrupts it, too.
///
/// swift-subprocess is no substitute. Its processes end with a closure, but a test starts, kills and restarts daemons
/// over many functions. It sees an end when a task gets to run, but promised times are measured to the end itself.
/// Nor is Foundation's Process: where more than some 1,300 descriptors are open, as in all tests at once, it reads
/// past the end of the last entry of /proc/self/fd and may crash.
package final class ChildProcess: Sendable {
  /// How it ended.
  package enum Exit: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)

    fileprivate init(status: Int32) {
      let signal = status & 0x7F
      self = signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
    }
  }

  package let pid: pid_t
  package let began = ContinuousClock.now
  private let hasEnded = Mutex(false)
  private let end: Task<(exit: Exit, at: ContinuousClock.Instant), Never>

  /// - Parameters:
  ///   - program: nil for the built `jobwatch`.
  ///   - output, error: files that standard output and error are appended to. Standard input is empty.
  package convenience init(_ arguments: [String], program: String? = nil, output: String, error: String) throws {
    var files: [Int32] = []
    defer { for file in files { close(file) } }
    for (path, flags) in [("/dev/null", O_RDONLY), (output, O_WRONLY), (error, O_WRONLY)] {
      let file = open(path, flags | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw SystemFailure("open \(path)", errno) }
      files.append(file)
    }
    try self.init([try program ?? Self.binary()] + arguments, files: files)
  }

  /// - Parameters:
  ///   - command: the path of a program, and its arguments.
  ///   - files: descriptors of its standard input, output and error, which stay open here.
  package init(_ command: [String], files: [Int32]) throws {
    pid = try Self.spawn(command, files)
    let (ends, end) = AsyncStream<(exit: Exit, at: ContinuousClock.Instant)>.makeStream()
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
  package var exit: Exit { get async { await end.value.exit } }

  /// When it ended, noted by a thread that waits for nothing else, because tests come late to look on a busy machine.
  /// Returns once it has ended.
  package var ended: ContinuousClock.Instant { get async { await end.value.at } }

  /// Without effect once it has ended.
  package func send(_ signal: Int32) {
    hasEnded.withLock { hasEnded in
      if !hasEnded { Glibc.kill(pid, signal) }
    }
  }

  /// SIGKILL, and the wait for its effect.
  @discardableResult
  package func kill() async -> Exit {
    send(SIGKILL)
    return await exit
  }

  /// SIGTERM, and the wait for its effect.
  package func terminate() async -> Exit {
    send(SIGTERM)
    return await exit
  }

  /// Blocks. The number is given back under the lock only: no other process gets a signal of ours.
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

  private static func spawn(_ command: [String], _ files: [Int32]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, Int32(number)) }
    // The sockets of other tests would stay open in the child. All tests at once have well over a thousand.
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    for descriptor in (STDERR_FILENO + 1)..<Int32(min(limit.rlim_cur, 16_384)) {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    // Worker threads of Dispatch block signals, and a child inherits the mask of the thread that starts it.
    var (attributes, none) = (posix_spawnattr_t(), sigset_t())
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments = command.map { strdup($0) } + [nil]
    var environment = Self.environment.map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &environment)
    guard code == 0 else { throw SystemFailure("posix_spawn \(command[0])", code) }
    return pid
  }

  /// Neither what systemd sets for a service nor the proxies of this machine leak in from around the tests.
  private static var environment: [String] {
    ProcessInfo.processInfo.environment
      .filter { !["JOURNAL_STREAM", "NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY"].contains($0.key) }
      .filter { !$0.key.hasPrefix("WATCHDOG_") }
      .filter { !$0.key.lowercased().hasSuffix("_proxy") }
      .map { "\($0.key)=\($0.value)" }
  }

  /// The built `jobwatch`, which the build puts beside the test bundle and beside `bench`.
  package static func binary() throws -> String {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = (bundle as NSString).deletingLastPathComponent + "/jobwatch"
    guard access(path, X_OK) == 0 else { throw SystemFailure("no built binary at \(path)", errno) }
    return path
  }
}

extension ChildProcess {
  /// One run of a program, from its start to its end.
  package struct Outcome: Sendable {
    package var exit: Exit
    package var lifetime: Duration
    package var output: String
    package var error: String
  }

  /// Runs a program to its end.
  package static func run(_ arguments: [String], program: String? = nil) async throws -> Outcome {
    let directory = try TemporaryDirectory()
    let paths = ["output", "error"].map { directory.path + "/" + $0 }
    let process = try ChildProcess(arguments, program: program, output: paths[0], error: paths[1])
    let (exit, end) = await process.end.value
    let texts = try paths.map { path in
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
    return Outcome(exit: exit, lifetime: end - process.began, output: texts[0], error: texts[1])
  }
}

/// A system call that failed.
package struct SystemFailure: Error, CustomStringConvertible {
  package var description: String

  package init(_ call: String, _ code: Int32) {
    description = "\(call): \(String(cString: strerror(code)))"
  }
}

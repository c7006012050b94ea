import Foundation
import Glibc

/// A process for each seed: what dies in a simulated machine frees nothing, and a crash is a finding like any other.
struct Children {
  private let options: [String]
  private let parallel: Int

  init(_ options: [String], parallel: Int) { (self.options, self.parallel) = (options, parallel) }

  /// Prints what each seed prints, and returns those that failed.
  ///
  /// - Parameter coverage: gets what the runs have reached.
  func run(_ seeds: [UInt64], untilFailure: Bool, _ coverage: inout Coverage) -> [UInt64] {
    var waiting = seeds[...]
    var running: [pid_t: (seed: UInt64, output: FileHandle)] = [:]
    var failed: [UInt64] = []
    while !waiting.isEmpty || !running.isEmpty {
      while running.count < parallel, let seed = waiting.popFirst() {
        if let (process, output) = start(seed) { running[process] = (seed, output) } else { failed.append(seed) }
      }
      var status: Int32 = 0
      let process = waitpid(-1, &status, 0)
      guard let (seed, output) = running.removeValue(forKey: process) else { continue }
      let lines = String(decoding: Self.content(output), as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      let shown = lines.filter { !coverage.take($0) }.joined(separator: "\n")
      FileHandle.standardOutput.write(Data(shown.utf8))
      guard status != 0 else { continue }
      failed.append(seed)
      if untilFailure { waiting = [] }
      let line = "replay: simulation --seeds \(seed) \(options.joined(separator: " ")) --trace\n"
      FileHandle.standardOutput.write(Data(line.utf8))
    }
    return failed
  }

  private static func content(_ file: FileHandle) -> Data {
    lseek(file.fileDescriptor, 0, SEEK_SET)
    return Disk.own { try file.readToEnd() } ?? Data()
  }

  /// Its output goes to a file without a name, because a pipe would fill up.
  private func start(_ seed: UInt64) -> (pid_t, FileHandle)? {
    let name = "/dev/shm/jobwatch-simulation-output-\(getpid())-\(seed)"
    let file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return nil }
    unlink(name)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, file, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, file, STDERR_FILENO)
    let arguments = [CommandLine.arguments[0], "--child", "--seeds", "\(seed)"] + options
    var environment = ProcessInfo.processInfo.environment
    if environment["SIMULATION_HASHING"] != "random" { environment["SWIFT_DETERMINISTIC_HASHING"] = "1" }
    var process = pid_t()
    let values = arguments.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in values + variables { free(pointer) } }
    guard posix_spawn(&process, "/proc/self/exe", &actions, nil, values, variables) == 0 else { return nil }
    return (process, FileHandle(fileDescriptor: file, closeOnDealloc: true))
  }
}

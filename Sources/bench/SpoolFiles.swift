import Foundation

/// The spool files of a round: JSON Lines, as `jobwatch submit` writes them.
struct SpoolFiles: Sendable {
  var files: Int
  var jobsPerFile: Int

  var jobs: Int { files * jobsPerFile }
  /// The daemon takes files in the order of their names.
  var lastName: String { name(files - 1) }

  private func name(_ file: Int) -> String { "\(1_000_000 + file).jsonl" }

  /// Writes them and lets the disk finish, so that this is no part of what follows.
  func write(to directory: String) throws {
    // Older than the second for which a file that nobody announced is left alone.
    let written = Date(timeIntervalSinceNow: -60)
    for file in 0..<files {
      let lines = (0..<jobsPerFile).map { line in
        let id = "spool-00000000-0000-0000-\(10_000_000 + file * jobsPerFile + line)"
        return #"{"job_id":"\#(id)","labels":{"run":"\#(file)"},"service":"ecs"}"# + "\n"
      }
      let path = "\(directory)/\(name(file))"
      try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.modificationDate: written], ofItemAtPath: path)
    }
    sync()
  }
}

import Foundation

/// A gzip-compressed file, read line by line through the `gzip` program. What takes the compression off an answer of
/// the cloud holds all of it in memory, which a log may be too large for.
final class GzipStream {
  let lines: LineReader
  private let process = Process()

  /// There is no `gzip` in the directories of `PATH`.
  struct Missing: Error, CustomStringConvertible {
    var description: String { "a compressed file cannot be read without gzip: install it" }
  }

  /// - Parameter file: open for reading, at its beginning; it may be closed afterwards.
  init(_ file: Int32, name: String) throws {
    guard let program = Self.program else { throw Missing() }
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["-dc"]
    process.standardInput = FileHandle(fileDescriptor: file, closeOnDealloc: false)
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    lines = LineReader(dup(output.fileHandleForReading.fileDescriptor), name: name)
  }

  deinit { if process.isRunning { process.terminate() } }

  /// After the last line: whether the whole file could be decompressed.
  func isWhole() -> Bool {
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private static var program: String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/gzip" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

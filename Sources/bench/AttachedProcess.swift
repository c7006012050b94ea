import Foundation
import TestSupport

/// A process whose output this one reads. It ends when its standard input closes, and so never outlives this one.
final class AttachedProcess {
  /// The first line that it printed: it is at work.
  private(set) var greeting = ""
  private let process: ChildProcess
  private let input = Pipe()
  private let lines: AsyncStream<String>

  /// Runs `body` while the process does.
  /// - Parameter command: the path of a program, and its arguments.
  static func use<Value>(
    _ command: [String], _ body: (AttachedProcess) async throws -> Value
  ) async throws -> Value {
    let process = try AttachedProcess(command)
    return try await ending(
      {
        process.greeting = try await process.line { _ in true }
        return try await body(process)
      }, with: process.stop)
  }

  private init(_ command: [String]) throws {
    let output = Pipe()
    process = try ChildProcess(
      command,
      files: [
        input.fileHandleForReading.fileDescriptor, output.fileHandleForWriting.fileDescriptor,
        STDERR_FILENO,
      ])
    try input.fileHandleForReading.close()
    try output.fileHandleForWriting.close()
    lines = Self.lines(of: output)
  }

  private func stop() async throws {
    try input.fileHandleForWriting.close()
    _ = await process.exit
  }

  /// The next line that it prints and that matches.
  func line(where matches: (String) -> Bool) async throws -> String {
    var last = ""
    for await line in lines {
      if matches(line) { return line }
      last = line
    }
    throw Failure("a process ended before its time: \(last)")
  }

  /// Read as they come: the process never waits for a reader.
  private static func lines(of output: Pipe) -> AsyncStream<String> {
    let (lines, continuation) = AsyncStream<String>.makeStream()
    Thread.detachNewThread {
      var rest = Data()
      while case let part = output.fileHandleForReading.availableData, !part.isEmpty {
        rest += part
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
          rest = Data(rest[(end + 1)...])
        }
      }
      continuation.finish()
    }
    return lines
  }
}

/// Runs `body` and then `end`, also when `body` throws: a `defer` that may wait and throw.
func ending<Value>(
  _ body: () async throws -> Value, with end: () async throws -> Void
) async throws -> Value {
  let outcome: Result<Value, any Error>
  do {
    outcome = .success(try await body())
  } catch {
    outcome = .failure(error)
  }
  try await end()
  return try outcome.get()
}

import Foundation

/// This program once more, with another subcommand, so that what it does is not counted here, or counted alone.
final class ChildProcess {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The first line that it printed: it is at work.
  private(set) var greeting = ""
  private let name: String
  private let process = Process()
  private let input = Pipe()
  private let lines: AsyncStream<String>

  var id: pid_t { process.processIdentifier }

  init(_ arguments: [String]) async throws {
    let output = Pipe()
    name = arguments.joined(separator: " ")
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    lines = Self.lines(of: output.fileHandleForReading)
    greeting = try await line { _ in true }
  }

  /// The next line that it prints and that matches.
  func line(where matches: (String) -> Bool) async throws -> String {
    var last = ""
    for await line in lines {
      if matches(line) { return line }
      last = line
    }
    throw Failure(description: "bench \(name) ended before its time: \(last)")
  }

  /// Read as they come, so that it never waits for a reader.
  private static func lines(of output: FileHandle) -> AsyncStream<String> {
    let (lines, continuation) = AsyncStream<String>.makeStream()
    Thread.detachNewThread {
      var rest = Data()
      while case let part = output.availableData, !part.isEmpty {
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

  /// Closes its standard input, which is its sign to end, and waits until it has.
  func stop() {
    input.fileHandleForWriting.closeFile()
    process.waitUntilExit()
  }
}

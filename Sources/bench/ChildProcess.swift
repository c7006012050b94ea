import Foundation

/// This program once more, with another subcommand, so that what it does is not counted here, or counted alone.
final class ChildProcess {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The first line that it printed: it is at work.
  let greeting: String
  private let process = Process()
  private let input = Pipe()

  var id: pid_t { process.processIdentifier }

  init(_ arguments: [String]) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line = Data()
    while !line.contains(UInt8(ascii: "\n")) {
      let part = output.fileHandleForReading.availableData
      if part.isEmpty {
        throw Failure(description: "bench \(arguments.joined(separator: " ")) ended at once")
      }
      line += part
    }
    greeting = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  /// Closes its standard input, which is its sign to end, and waits until it has.
  func stop() {
    input.fileHandleForWriting.closeFile()
    process.waitUntilExit()
  }
}

import ArgumentParser
import JobWatchLogging
import JobWatchStore
import SystemPackage

/// How a command ends. The numbers from 64 on are those of sysexits.h: scripts and systemd tell a mistake from a passing
/// fault by them.
extension ExitCode {
  /// The answer is no.
  static let no = ExitCode(1)
  /// The command line, or the input, is wrong.
  static let misuse = ExitCode(64)
  /// A passing fault: the same command may succeed later.
  static let tryAgain = ExitCode(75)
  /// The configuration or the state needs a person.
  static let needsPerson = ExitCode(78)

  /// Writes the reason to standard error, or to the log. Throw the result.
  func telling(_ reason: String, through log: LogOutput? = nil) -> ExitCode {
    if let log { log.complain(reason) } else { StandardError.write(reason) }
    return self
  }
}

enum StandardError {
  /// A line that cannot be written is lost, because there is no other place for it.
  static func write(_ line: String) { _ = try? FileDescriptor.standardError.writeAll(Array((line + "\n").utf8)) }
}

enum StandardOutput {
  /// Nobody reads standard output any more: the command ends without a message.
  struct Closed: Error {}

  /// Writes at once: a reader of `log --follow` sees every line as it comes.
  static func write(_ bytes: [UInt8]) throws {
    do {
      try FileDescriptor.standardOutput.writeAll(bytes)
    } catch Errno.brokenPipe {
      throw Closed()
    }
  }
}

/// Collects what goes to standard output, because a call of the system for each of a million lines takes longer than
/// the lines.
final class OutputBuffer {
  private var bytes: [UInt8] = []
  private static let limit = 65_536

  func write(_ more: [UInt8]) throws {
    bytes += more
    if bytes.count >= Self.limit { try flush() }
  }

  func flush() throws {
    try StandardOutput.write(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

extension StoreReader {
  /// Reads the database. One that cannot be used is told on standard error and by the exit code.
  func reading<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
    try telling { try $0.read(body) }
  }

  /// Does anything else with the database, and tells errors in the same way.
  func telling<Value>(_ body: (StoreReader) throws -> Value) throws -> Value {
    do {
      return try body(self)
    } catch let error as StoreError {
      let code = error.mayPass ? ExitCode.tryAgain : ExitCode.needsPerson
      throw code.telling("\(error)")
    }
  }
}

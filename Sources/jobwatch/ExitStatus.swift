import ArgumentParser
import Glibc
import JobWatchLogging

/// How a command ends. The numbers from 64 on are those of sysexits.h, by which scripts and systemd tell a mistake from
/// a passing fault.
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
  static func write(_ line: String) {
    Array((line + "\n").utf8).withUnsafeBytes {
      _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
    }
  }
}

import Foundation

enum StandardOutput {
  /// Nobody reads any more: the command ends, and nobody is told.
  struct Closed: Error {}

  /// Writes at once, so that who follows sees every line as it comes.
  static func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        if errno == EPIPE { throw Closed() }
        throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
      }
      rest = rest.dropFirst(count)
    }
  }
}

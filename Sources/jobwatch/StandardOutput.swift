import Foundation

enum StandardOutput {
  /// Nobody reads standard output any more: the command ends without a message.
  struct Closed: Error {}

  /// Writes without a buffer: a reader of `log --follow` sees every line as it comes.
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

import Foundation

/// Which boot of the machine this is: another one means that it was off in between, perhaps without a warning.
enum BootID {
  /// Nil: it cannot be known. The unit hands it over, since a hardened service does not see the kernel's settings.
  static func current(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    kernel path: String = "/proc/sys/kernel/random/boot_id"
  ) -> String? {
    normal(environment["JOBWATCH_BOOT_ID"] ?? "") ?? normal(content(of: path))
  }

  /// systemd writes it without the kernel's dashes; both are one boot.
  private static func normal(_ text: String) -> String? {
    let digits = text.lowercased().filter { $0.isHexDigit }
    return digits.count == 32 ? digits : nil
  }

  private static func content(of path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}

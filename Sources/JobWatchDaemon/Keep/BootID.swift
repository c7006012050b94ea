import Foundation

/// Which boot of the machine this is: another one means that it was off in between, perhaps without a warning.
enum BootID {
  /// Nil: it cannot be known. The unit sets JOBWATCH_BOOT_ID, because a hardened service does not see the kernel's
  /// settings.
  static func current(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    kernel path: String = "/proc/sys/kernel/random/boot_id"
  ) -> String? {
    normal(environment["JOBWATCH_BOOT_ID"] ?? "") ?? normal((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
  }

  /// systemd writes it without the kernel's dashes; both are one boot.
  private static func normal(_ text: String) -> String? {
    let digits = text.lowercased().filter { $0.isHexDigit }
    return digits.count == 32 ? digits : nil
  }
}

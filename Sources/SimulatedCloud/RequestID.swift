/// What `X-Request-Id` carries: 32 hexadecimal digits, at random.
enum RequestID {
  static func random() -> String { half() + half() }

  private static func half() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

import ArgumentParser

/// `key=value` on the command line; the value may hold `=` itself.
struct LabelArgument: ExpressibleByArgument {
  let key: String
  let value: String

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
    key = String(argument[..<sign])
    value = String(argument[argument.index(after: sign)...])
  }

  /// Of a key that is named twice, the last value counts.
  static func dictionary(_ labels: [LabelArgument]) -> [String: String] {
    Dictionary(labels.map { ($0.key, $0.value) }) { $1 }
  }
}

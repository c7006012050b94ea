import ArgumentParser

extension ArgumentHelp {
  /// The help of an option that takes a value, and what the value is called in it.
  static func value(_ name: String, _ text: String) -> ArgumentHelp {
    ArgumentHelp("\(text)", valueName: name)
  }
}

/// Something that the configuration does not say, and where it was found.
package struct Ambient<Value: Sendable>: Sendable {
  package var value: Value
  /// For logs: names of variables, or a file and its section; nothing of the content.
  package var origin: String

  package init(_ value: Value, from origin: String) {
    self.value = value
    self.origin = origin
  }
}

extension Ambient: Equatable where Value: Equatable {}

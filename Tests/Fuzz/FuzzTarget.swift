/// What strangers' bytes reach, as a function of bytes, with what must hold whatever the bytes are. The fuzzer runs it
/// on what it invents, the tests on what it has kept in `Corpus`. The targets of a module are one file.
struct FuzzTarget: Sendable, CustomStringConvertible {
  /// The name of its folder in `Corpus`.
  var name: String
  var run: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) throws -> Void) { (self.name, self.run) = (name, run) }

  var description: String { name }

  static let all = cloud + configuration + spool + statusLog

  /// What should have held and did not.
  struct Violation: Error, CustomStringConvertible {
    var description: String
  }

  static func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(Violation) {
    if !condition { throw Violation(description: text()) }
  }

  /// Up to the line feed, and behind it.
  static func line(_ input: ArraySlice<UInt8>) -> (String, rest: ArraySlice<UInt8>) {
    let end = input.firstIndex(of: 10) ?? input.endIndex
    return (String(decoding: input[..<end], as: UTF8.self), input[end...].dropFirst())
  }
}

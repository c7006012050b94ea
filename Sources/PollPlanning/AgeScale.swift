/// The buckets in which durations and ages are counted: 32 to the octave, from 1 s to 2^21 s (24 days). The first holds
/// everything below 1 s, the last everything above.
enum AgeScale {
  static let perOctave = 32.0
  static let count = 21 * 32 + 1

  /// Seconds, from 0; one more than there are buckets.
  static let edges = [0.0] + (0..<count).map { (Double($0) / perOctave).powerOfTwo }

  /// Seconds.
  static let widths = zip(edges.dropFirst(), edges).map { $0 - $1 }

  /// The bucket of an age in seconds.
  static func bucket(_ age: Double) -> Int {
    guard age >= 1 else { return 0 }
    // Beyond the scale before the conversion: an age may be infinite.
    return 1 + Int(min(perOctave * age.binaryLogarithm, Double(count - 2)))
  }
}

/// A price of a call on a scale of tenths: plans are kept, and a target is sought, for these prices alone.
struct PriceStep: Hashable, Comparable, Sendable {
  private let index: Int

  /// 10 ms and an hour of latency for a call.
  static let (least, most) = (PriceStep(near: 0.01), PriceStep(near: 3600))
  private static let factor = 1.1

  private init(index: Int) { self.index = index }

  /// - Parameter price: seconds.
  init(near price: Double) {
    index = Int((min(max(price, 1e-3), 1e9).logarithm / Self.factor.logarithm).rounded())
  }

  /// Seconds.
  var price: Double { price(beyond: 0) }

  /// The price a part of a step higher, in seconds.
  func price(beyond part: Double) -> Double {
    ((Double(index) + part) * Self.factor.binaryLogarithm).powerOfTwo
  }

  func moved(by steps: Int) -> PriceStep { PriceStep(index: index + steps) }

  func steps(to other: PriceStep) -> Int { other.index - index }

  /// How many steps, about, multiply a mean latency by this: it grows with the square root of the price.
  static func steps(forLatency factor: Double) -> Int {
    Int((2 * factor.logarithm / Self.factor.logarithm).rounded(.towardZero))
  }

  static func < (left: PriceStep, right: PriceStep) -> Bool { left.index < right.index }
}

import Foundation

extension [Double] {
  var median: Double { quantile(0.5) }

  /// The value that this share of the values does not exceed; zero for no values.
  func quantile(_ share: Double) -> Double {
    let sorted = sorted()
    guard let last = sorted.indices.last else { return 0 }
    return sorted[Swift.min(Int(share * Double(sorted.count)), last)]
  }
}

extension Double {
  /// As many decimals as make three digits, none from a hundred on.
  var threeDigits: String {
    let decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : magnitude >= 0.9995 ? 2 : 3
    return String(format: "%.\(decimals)f", self)
  }
}

extension Duration {
  /// With nanoseconds, unlike the milliseconds that decisions count in.
  var exactSeconds: Double { self / .seconds(1) }
}

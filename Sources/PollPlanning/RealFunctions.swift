import Glibc

// The one place of this module for what the standard library lacks of real functions.

extension Double {
  @inline(__always) var exponential: Double { Glibc.exp(self) }

  /// Of base e.
  @inline(__always) var logarithm: Double { Glibc.log(self) }

  /// The logarithm, of base e, of one plus this; exact near zero.
  @inline(__always) var logarithmOfOnePlus: Double { Glibc.log1p(self) }

  @inline(__always) var binaryLogarithm: Double { Glibc.log2(self) }

  @inline(__always) var powerOfTwo: Double { Glibc.exp2(self) }

  /// The share of a normal distribution, mean 0 and deviation 1, that lies below this.
  var normalShare: Double { 0.5 * Glibc.erfc(-self / 2.0.squareRoot()) }
}

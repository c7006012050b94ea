import Dispatch
import TestSupport
import Testing

/// For tests that compute for seconds: they run one after the other on a thread of their own, and keep none of those
/// few on which all other tests wait for their sockets and clocks.
package struct AsideTrait: SuiteTrait, TestTrait, TestScoping {
  private static let thread = OneThread("tests that compute", .background)

  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Self.thread) { try await function() }
  }
}

extension Trait where Self == AsideTrait {
  package static var aside: AsideTrait { AsideTrait() }
}

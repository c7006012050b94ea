import Dispatch
import TestSupport
import Testing

/// For tests that look at the clock: they have a thread of their own, and so do not wait behind all those that compute.
struct PromptTrait: SuiteTrait, TestTrait, TestScoping {
  private static let thread = OneThread("tests that look at the clock", .userInitiated)

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Self.thread) { try await function() }
  }
}

extension Trait where Self == PromptTrait {
  static var prompt: PromptTrait { PromptTrait() }
}

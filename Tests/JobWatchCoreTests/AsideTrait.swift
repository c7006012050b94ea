import Dispatch
import Testing

/// For tests that compute for seconds: they run one after the other on a thread of their own, and keep none of those
/// few on which all other tests wait for their sockets and clocks.
struct AsideTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(OneThread.shared) { try await function() }
  }
}

extension Trait where Self == AsideTrait {
  static var aside: AsideTrait { AsideTrait() }
}

private final class OneThread: TaskExecutor {
  static let shared = OneThread()
  private let queue = DispatchQueue(label: "tests that compute", qos: .background)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

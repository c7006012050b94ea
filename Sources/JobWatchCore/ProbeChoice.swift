/// Jobs that a probe is better not made with: they failed, and may do so for reasons of their own.
package struct ProbeChoice: Hashable, Sendable {
  package private(set) var avoided: Set<Int64> = []
  /// Those that failed last: not even if all did.
  package private(set) var last: Set<Int64> = []

  package init() {}

  package mutating func avoid(_ streak: FailureStreak) {
    avoided.formUnion(streak.failing)
    avoided.formUnion(streak.odd)
    if let job = streak.last { last.insert(job) }
  }
}

import JobWatchCore
import Testing

@testable import JobWatchStore

@Suite struct `The jobs that ended last` {
  @Test func `are told by their keys, the newest first`() async throws {
    let place = try Place()
    let types = ["resizeServer", nil, "deleteServer", "attachVolume", "changeOS"]
    let states: [JobState] = [.succeeded, .failed, .succeeded, .lost, .running]
    try await place.write { transaction in
      for (number, (type, state)) in zip(types, states).enumerated() {
        var job = try #require(try transaction.jobs.insert(.sample("job\(number)"), dueAt: .start, noticeAt: nil))
        job.state = state
        job.report = JobReport(jobType: type, rawStatus: "x")
        job.endedAt = state.isFinal ? .start + .seconds(number) : nil
        try transaction.jobs.save(job, bodyHash: nil, dueAt: nil, noticeAt: nil)
      }
    }
    let ends = try await place.read { try $0.jobs.recentEnds(1000) }
    #expect(ends.map(\.jobType) == ["deleteServer", "createServer", "resizeServer"])
    #expect(Set(ends.map(\.service)) == ["ecs"])
    #expect(try await place.read { try $0.jobs.recentEnds(1) } == Array(ends.prefix(1)))
  }
}

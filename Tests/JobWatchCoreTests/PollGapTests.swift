import JobWatchCore
import Testing

@Suite struct `The gap between two polls` {
  struct Bounds: Sendable, CustomTestStringConvertible {
    var floor: Duration
    var ceiling: Duration
    var retention: Duration?
    var testDescription: String {
      "\(floor.text) to \(ceiling.text), kept \(retention?.text ?? "?")"
    }

    static let all: [Bounds] = [
      Bounds(floor: .seconds(1), ceiling: .hours(1), retention: .days(1)),
      Bounds(floor: .milliseconds(100), ceiling: .days(1), retention: nil),
      Bounds(floor: .seconds(1), ceiling: .hours(1), retention: .seconds(20)),
      Bounds(floor: .seconds(30), ceiling: .hours(1), retention: .seconds(20)),
      Bounds(floor: .minutes(1), ceiling: .minutes(1), retention: .days(1)),
    ]
  }

  @Test(
    "is a tenth of the age, ± 10 %, inside floor, ceiling and a quarter of the retention",
    arguments: Bounds.all)
  func bounds(_ row: Bounds) {
    let rules = WatchRules(
      polling: PollPolicy(floor: row.floor, ceiling: row.ceiling),
      retention: RetentionPolicy(finished: row.retention))
    let ceiling = min(row.ceiling, row.retention.map { $0.scaled(by: 0.25) } ?? row.ceiling)
    let floor = min(row.floor, ceiling)
    var random = SeededGenerator(1)
    let wrong = (0..<2000).filter { number in
      let age = random.duration(.seconds(-60) ... .seconds(60 << (number % 14)))
      let gap = rules.pollGap(jobID: "job\(number)", begun: .start, at: .start + age)
      let plan = age.scaled(by: 0.1).clamped(floor, ceiling)
      let (least, most) = (plan.scaled(by: 0.9), plan.scaled(by: 1.1))
      return !(max(floor, least)...min(ceiling, most)).contains(gap)
    }
    #expect(wrong.isEmpty)
  }

  @Test func `is the same after a restart, and apart for jobs of one moment`() {
    let now = Timestamp.start + .hours(2)
    let gaps = (0..<100).map {
      WatchRules.ecs.pollGap(jobID: "job\($0)", begun: .start, at: now)
    }
    #expect(gaps[0] == WatchRules.ecs.pollGap(jobID: "job0", begun: .start, at: now))
    #expect(Set(gaps).count > 95)
  }

  @Test func `counts from the record's begin, else the submitter's, else the submission`() {
    var job = Job.sample(submitted: .start)
    #expect(job.begunAt(offset: .zero) == .start)
    job.hint.beginTime = .start + .seconds(1)
    #expect(job.begunAt(offset: .minutes(1)) == .start + .seconds(1))
    job.report = JobReport(
      rawStatus: "RUNNING", begin: CloudTime(raw: "", instant: .start + .minutes(5)))
    #expect(job.begunAt(offset: .minutes(1)) == .start + .minutes(4))
    job.report?.begin?.instant = nil
    #expect(job.begunAt(offset: .minutes(1)) == .start + .seconds(1))
  }
}

@testable import JobWatchCore
import Testing

@Suite struct `Mass absence` {
  let policy = AbsencePolicy()

  @Test(
    "begins with five absent jobs that are half of those watched",
    arguments: [(4, 4, false), (5, 5, true), (5, 10, true), (5, 11, false), (6, 11, true)])
  func threshold(_ absent: Int, _ watched: Int, _ begins: Bool) {
    var absences = MassAbsence()
    var changes: [MassAbsence.Change] = []
    for job in 0..<absent {
      // The same job twice is still one job.
      for _ in 0..<2 {
        let change = absences.absent(Int64(job), watched: watched, at: .zero, policy: policy)
        changes += [change].compactMap(\.self)
      }
    }
    #expect(absences.isMass == begins)
    #expect(changes == (begins ? [.massBegan(absent: absent, watched: watched)] : []))
  }

  @Test func `does not begin with jobs whose absence is no surprise`() {
    // They were gone before, or the service shows another.
    for isReturned in [true, false] {
      var absences = MassAbsence()
      for job in 0..<50 {
        absences.beginWatching(Int64(job), isNew: !isReturned, isReturned: isReturned)
      }
      for job in 0..<50 {
        let change = absences.absent(Int64(job), watched: 51, at: .minutes(5), policy: policy)
        #expect(change == nil)
      }
      #expect(!absences.isMass)
    }
  }

  @Test
  func `of jobs that are all new begins when half the time to a verdict is over`() {
    var absences = MassAbsence()
    for job in 0..<9 { absences.beginWatching(Int64(job), isNew: true, isReturned: false) }
    for second in [0, 1, 2, 5, 10, 20, 40, 59] {
      for job in 0..<9 {
        let change = absences.absent(Int64(job), watched: 9, at: .seconds(second), policy: policy)
        #expect(change == nil)
      }
    }
    let change = absences.absent(1, watched: 9, at: .minutes(1), policy: policy)
    #expect(change == .massBegan(absent: 9, watched: 9))
    _ = absences.sighted(at: Self.moment(0))
    #expect(absences.absent(1, watched: 9, at: .minutes(2), policy: policy) == nil)
  }

  @Test func `does not count a job on which a verdict was given`() {
    var absences = MassAbsence()
    for job in 0..<20 {
      #expect(absences.absent(Int64(job), watched: 20, at: .zero, policy: policy) == nil)
      absences.forget(Int64(job))
    }
    #expect(!absences.isMass)
  }

  @Test func `goes on after a restart, for what is left of its hour`() {
    var absences = MassAbsence()
    absences.resumeMass(since: .minutes(-50))
    #expect(absences.isMass)
    #expect(absences.absent(1, watched: 500, at: .minutes(5), policy: policy) == nil)
    #expect(absences.isMass)
    #expect(absences.absent(2, watched: 500, at: .minutes(11), policy: policy) == .holdEnded)
  }

  @Test func `ends with a sighting, and can begin again`() {
    var absences = mass(at: .zero)
    #expect(absences.recoveredAt == nil)
    #expect(absences.sighted(at: Self.moment(0)) == .massEnded)
    #expect(absences.recoveredAt == .start)
    #expect(absences.sighted(at: Self.moment(0)) == nil && !absences.isMass)
    absences = again(absences, at: .seconds(5))
    #expect(absences.isMass)
  }

  @Test func `is held for an hour, and then not again before a sighting`() {
    var absences = mass(at: .zero)
    let early = absences.absent(1, watched: 5, at: .hours(1) - .milliseconds(1), policy: policy)
    #expect(early == nil && absences.isMass)
    let late = absences.absent(1, watched: 5, at: .hours(1), policy: policy)
    #expect(late == .holdEnded && !absences.isMass)
    absences = again(absences, at: .hours(2))
    #expect(!absences.isMass)
    #expect(absences.sighted(at: Self.moment(0)) == nil)
    absences = again(absences, at: .hours(3))
    #expect(absences.isMass)
  }

  /// Each step is "seconds:job-" for "no such job", or "seconds:job+" for a sighting. Of 20 jobs that were shown, and
  /// job 0, which is new.
  @Test(
    "holds a verdict until the service has shown another job, or has none left to show",
    arguments: [
      ("0:1-", true), ("0:1- 75:1- 120:1-", true), ("0:1- 120:1- 121:2- 180:1-", true),
      // Shown while the verdict was not due yet.
      ("0:1- 75:1- 76:2+ 120:1-", false),
      // It was due: what the answer of before says is not believed, and counts from now on.
      ("0:1- 120:1- 121:2+ 122:1-", true), ("0:1- 120:1- 121:2+ 122:1- 197:1- 198:2+ 242:1-", false),
      // Of a new job the same.
      ("0:0- 120:0-", true), ("0:0- 75:0- 76:2+ 120:0-", false),
      // Nobody answers for another within the hour.
      ("0:1- 3599:1-", true), ("0:1- 3600:1-", false),
      // Nor can one be shown after each hold for ever.
      ("0:1- 120:1- 121:2+ 122:1- 3599:1-", true), ("0:1- 120:1- 121:2+ 122:1- 3600:1-", false),
    ] as [(String, Bool)])
  func witness(_ story: String, _ isHeld: Bool) throws {
    var absences = MassAbsence()
    absences.beginWatching(0, isNew: true, isReturned: false)
    var last = Int64(0)
    for step in story.split(separator: " ") {
      let parts = step.dropLast().split(separator: ":")
      let (second, job) = (try #require(Int(parts[0])), try #require(Int64(parts[1])))
      if step.last == "+" {
        absences.shown(job)
        _ = absences.sighted(at: Self.moment(second))
      } else {
        _ = absences.absent(job, watched: 21, at: .seconds(second), policy: policy)
        last = job
      }
    }
    #expect(absences.holdsVerdict(on: last) == isHeld)
    #expect(absences.recoveredAt == (story.contains("121:2+") ? .start + .seconds(121) : nil))
  }

  @Test func `seeks a witness once half the time to the verdict is over, among jobs that were not missed`() {
    var absences = MassAbsence()
    for second in [0, 30, 59, 60] {
      _ = absences.absent(1, watched: 20, at: .seconds(second), policy: policy)
      let choice = absences.seeksWitness(for: 1, at: .seconds(second), policy: policy)
      #expect(choice == (second < 60 ? nil : ProbeChoice(avoided: [1])))
    }
    _ = absences.absent(2, watched: 20, at: .seconds(61), policy: policy)
    #expect(absences.seeksWitness(for: 1, at: .seconds(75), policy: policy) == ProbeChoice(avoided: [1, 2]))
    _ = absences.sighted(at: Self.moment(76))
    #expect(absences.seeksWitness(for: 1, at: .seconds(90), policy: policy) == nil)
  }

  @Test func `of few jobs holds a verdict until all are asked`() {
    var absences = MassAbsence()
    for job in Int64(1)...3 {
      _ = absences.absent(job, watched: 3, at: .seconds(job), policy: policy)
      #expect(absences.holdsVerdict(on: job) == (job < 3))
    }
  }

  /// A service with many jobs forgets them all, and each is asked for in its turn, which is minutes away.
  @Test("is found before any verdict, however long the turns are", arguments: [5, 11, 26, 200])
  func slowTurns(_ watched: Int64) {
    var (absences, due) = (MassAbsence(), (0..<watched).map { Duration.seconds(240 * $0 / watched) })
    for second in 0...900 where !absences.isMass {
      for job in 0..<watched where due[Int(job)] <= .seconds(second) && !absences.isMass {
        let uptime = Duration.seconds(second)
        _ = absences.absent(job, watched: Int(watched), at: uptime, policy: policy)
        due[Int(job)] = uptime + .seconds(40)
        #expect(absences.holdsVerdict(on: job))
      }
    }
    #expect(absences.isMass)
  }

  private static func moment(_ second: Int) -> Moment {
    Moment(wall: .start + .seconds(second), uptime: .seconds(second))
  }

  private func mass(at uptime: Duration) -> MassAbsence { again(MassAbsence(), at: uptime) }

  private func again(_ absences: MassAbsence, at uptime: Duration) -> MassAbsence {
    var absences = absences
    for job in 0..<5 { _ = absences.absent(Int64(job), watched: 5, at: uptime, policy: policy) }
    return absences
  }
}

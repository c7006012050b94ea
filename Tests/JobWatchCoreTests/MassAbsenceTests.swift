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
    _ = absences.sighted(at: .start)
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
    #expect(absences.absent(2, watched: 500, at: .minutes(11), policy: policy) == .massEnded)
  }

  @Test func `ends with a sighting, and can begin again`() {
    var absences = mass(at: .zero)
    #expect(absences.recoveredAt == nil)
    #expect(absences.sighted(at: .start) == .massEnded)
    #expect(absences.recoveredAt == .start)
    #expect(absences.sighted(at: .start) == nil && !absences.isMass)
    absences = again(absences, at: .seconds(5))
    #expect(absences.isMass)
  }

  @Test func `is held for an hour, and then not again before a sighting`() {
    var absences = mass(at: .zero)
    let early = absences.absent(1, watched: 5, at: .hours(1) - .milliseconds(1), policy: policy)
    #expect(early == nil && absences.isMass)
    let late = absences.absent(1, watched: 5, at: .hours(1), policy: policy)
    #expect(late == .massEnded && !absences.isMass)
    absences = again(absences, at: .hours(2))
    #expect(!absences.isMass)
    #expect(absences.sighted(at: .start) == nil)
    absences = again(absences, at: .hours(3))
    #expect(absences.isMass)
  }

  private func mass(at uptime: Duration) -> MassAbsence { again(MassAbsence(), at: uptime) }

  private func again(_ absences: MassAbsence, at uptime: Duration) -> MassAbsence {
    var absences = absences
    for job in 0..<5 { _ = absences.absent(Int64(job), watched: 5, at: uptime, policy: policy) }
    return absences
  }
}

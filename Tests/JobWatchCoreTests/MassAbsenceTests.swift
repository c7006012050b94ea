@testable import JobWatchCore
import Testing

@Suite struct `Mass absence` {
  let policy = AbsencePolicy()

  @Test(
    "begins with five absent jobs that are half of those watched",
    arguments: [(4, 4, false), (5, 5, true), (5, 10, true), (5, 11, false), (6, 11, true)])
  func threshold(_ absent: Int, _ watched: Int, _ begins: Bool) {
    var transaction = MassAbsence()
    var changes: [MassAbsence.Change] = []
    for job in 0..<absent {
      // The same job twice is still one job.
      for _ in 0..<2 {
        let change = transaction.absent(Int64(job), watched: watched, at: .zero, policy: policy)
        changes += [change].compactMap(\.self)
      }
    }
    #expect(transaction.isMass == begins)
    #expect(changes == (begins ? [.massBegan(absent: absent, watched: watched)] : []))
  }

  @Test func `does not begin with jobs whose absence is no surprise`() {
    var transaction = MassAbsence()
    for job in 0..<50 {
      let change = transaction.absent(
        Int64(job), of: .none, watched: 1, at: .minutes(5), policy: policy)
      #expect(change == nil)
    }
    #expect(!transaction.isMass)
  }

  @Test
  func `of jobs that are all new begins when half the time to a verdict is over`() {
    var transaction = MassAbsence()
    for second in [0, 1, 2, 5, 10, 20, 40, 59] {
      for job in 0..<9 {
        let change = transaction.absent(
          Int64(job), of: .new, watched: 9, at: .seconds(second), policy: policy)
        #expect(change == nil)
      }
    }
    let change = transaction.absent(1, of: .new, watched: 9, at: .minutes(1), policy: policy)
    #expect(change == .massBegan(absent: 9, watched: 9))
    _ = transaction.sighted(at: .start)
    #expect(transaction.absent(1, of: .new, watched: 9, at: .minutes(2), policy: policy) == nil)
  }

  @Test func `does not count a job on which a verdict was given`() {
    var transaction = MassAbsence()
    for job in 0..<20 {
      #expect(transaction.absent(Int64(job), watched: 20, at: .zero, policy: policy) == nil)
      transaction.forget(Int64(job))
    }
    #expect(!transaction.isMass)
  }

  @Test func `goes on after a restart, for what is left of its hour`() {
    var transaction = MassAbsence()
    transaction.resumeMass(since: .minutes(-50))
    #expect(transaction.isMass)
    #expect(transaction.absent(1, watched: 500, at: .minutes(5), policy: policy) == nil)
    #expect(transaction.isMass)
    #expect(transaction.absent(2, watched: 500, at: .minutes(11), policy: policy) == .massEnded)
  }

  @Test func `ends with a sighting, and can begin again`() {
    var transaction = mass(at: .zero)
    #expect(transaction.recoveredAt == nil)
    #expect(transaction.sighted(at: .start) == .massEnded)
    #expect(transaction.recoveredAt == .start)
    #expect(transaction.sighted(at: .start) == nil && !transaction.isMass)
    transaction = again(transaction, at: .seconds(5))
    #expect(transaction.isMass)
  }

  @Test func `is held for an hour, and then not again before a sighting`() {
    var transaction = mass(at: .zero)
    let early = transaction.absent(1, watched: 5, at: .hours(1) - .milliseconds(1), policy: policy)
    #expect(early == nil && transaction.isMass)
    let late = transaction.absent(1, watched: 5, at: .hours(1), policy: policy)
    #expect(late == .massEnded && !transaction.isMass)
    transaction = again(transaction, at: .hours(2))
    #expect(!transaction.isMass)
    #expect(transaction.sighted(at: .start) == nil)
    transaction = again(transaction, at: .hours(3))
    #expect(transaction.isMass)
  }

  private func mass(at uptime: Duration) -> MassAbsence { again(MassAbsence(), at: uptime) }

  private func again(_ transaction: MassAbsence, at uptime: Duration) -> MassAbsence {
    var transaction = transaction
    for job in 0..<5 { _ = transaction.absent(Int64(job), watched: 5, at: uptime, policy: policy) }
    return transaction
  }
}

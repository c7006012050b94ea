import JobWatchCore
import Testing

@Suite struct `Mass absence` {
  let policy = AbsencePolicy()

  @Test(
    "begins with five absent jobs that are half of those watched",
    arguments: [(4, 4, false), (5, 5, true), (5, 10, true), (5, 11, false), (6, 11, true)])
  func threshold(_ absent: Int, _ watched: Int, _ begins: Bool) {
    var ledger = AbsenceLedger()
    var changes: [AbsenceLedger.Change] = []
    for job in 0..<absent {
      // The same job twice is still one job.
      for _ in 0..<2 {
        let change = ledger.absent(Int64(job), watched: watched, at: .zero, policy: policy)
        changes += [change].compactMap(\.self)
      }
    }
    #expect(ledger.isMass == begins)
    #expect(changes == (begins ? [.massBegan(absent: absent, watched: watched)] : []))
  }

  @Test func `does not begin with jobs whose absence is no surprise`() {
    var ledger = AbsenceLedger()
    for job in 0..<50 {
      let change = ledger.absent(
        Int64(job), of: .none, watched: 1, at: .minutes(5), policy: policy)
      #expect(change == nil)
    }
    #expect(!ledger.isMass)
  }

  @Test
  func `of jobs that are all new begins when half the time to a verdict is over`() {
    var ledger = AbsenceLedger()
    for second in [0, 1, 2, 5, 10, 20, 40, 59] {
      for job in 0..<9 {
        let change = ledger.absent(
          Int64(job), of: .new, watched: 9, at: .seconds(second), policy: policy)
        #expect(change == nil)
      }
    }
    let change = ledger.absent(1, of: .new, watched: 9, at: .minutes(1), policy: policy)
    #expect(change == .massBegan(absent: 9, watched: 9))
    _ = ledger.sighted(at: .start)
    #expect(ledger.absent(1, of: .new, watched: 9, at: .minutes(2), policy: policy) == nil)
  }

  @Test func `does not count a job on which a verdict was given`() {
    var ledger = AbsenceLedger()
    for job in 0..<20 {
      #expect(ledger.absent(Int64(job), watched: 20, at: .zero, policy: policy) == nil)
      ledger.forget(Int64(job))
    }
    #expect(!ledger.isMass)
  }

  @Test func `goes on after a restart, for what is left of its hour`() {
    var ledger = AbsenceLedger()
    ledger.resumeMass(since: .minutes(-50))
    #expect(ledger.isMass)
    #expect(ledger.absent(1, watched: 500, at: .minutes(5), policy: policy) == nil)
    #expect(ledger.isMass)
    #expect(ledger.absent(2, watched: 500, at: .minutes(11), policy: policy) == .massEnded)
  }

  @Test func `ends with a sighting, and can begin again`() {
    var ledger = mass(at: .zero)
    #expect(ledger.recoveredAt == nil)
    #expect(ledger.sighted(at: .start) == .massEnded)
    #expect(ledger.recoveredAt == .start)
    #expect(ledger.sighted(at: .start) == nil && !ledger.isMass)
    ledger = again(ledger, at: .seconds(5))
    #expect(ledger.isMass)
  }

  @Test func `is held for an hour, and then not again before a sighting`() {
    var ledger = mass(at: .zero)
    let early = ledger.absent(1, watched: 5, at: .hours(1) - .milliseconds(1), policy: policy)
    #expect(early == nil && ledger.isMass)
    let late = ledger.absent(1, watched: 5, at: .hours(1), policy: policy)
    #expect(late == .massEnded && !ledger.isMass)
    ledger = again(ledger, at: .hours(2))
    #expect(!ledger.isMass)
    #expect(ledger.sighted(at: .start) == nil)
    ledger = again(ledger, at: .hours(3))
    #expect(ledger.isMass)
  }

  private func mass(at uptime: Duration) -> AbsenceLedger { again(AbsenceLedger(), at: uptime) }

  private func again(_ ledger: AbsenceLedger, at uptime: Duration) -> AbsenceLedger {
    var ledger = ledger
    for job in 0..<5 { _ = ledger.absent(Int64(job), watched: 5, at: uptime, policy: policy) }
    return ledger
  }
}

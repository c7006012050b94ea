import JobWatchCore
import Testing

@Suite struct `A lease` {
  let steps: [Duration] = [.seconds(30), .minutes(1)]

  @Test func `is due at once, and then before its end`() {
    for (lifetime, due, end) in [
      ("86402s", "84000s", "86400s"), ("3602s", "2700s", "3600s"), ("10s", "6s", "8s"),
      ("4s", "2250ms", "3s"),
    ] {
      var lease = CredentialRenewal(steps: steps)
      #expect(lease.dueAt == .zero && lease.endsAt == nil)
      lease.granted(for: Duration(text: lifetime), isNew: true, at: .zero)
      #expect(lease.dueAt == Duration(text: due), "\(lifetime)")
      #expect(lease.endsAt == Duration(text: end), "\(lifetime)")
    }
  }

  @Test func `of what does not run out is never due`() {
    var lease = CredentialRenewal(steps: steps)
    lease.granted(for: nil, isNew: true, at: .zero)
    #expect(lease.dueAt == nil && lease.endsAt == nil)
  }

  @Test func `asks again sooner and sooner apart, up to a minute, and obeys a longer wait`() {
    var lease = CredentialRenewal(steps: steps)
    lease.granted(for: .hours(1), isNew: true, at: .zero)
    var waits: [Duration] = []
    for number in 0..<8 {
      lease.missed(at: .minutes(45))
      waits.append((lease.dueAt ?? .zero) - .minutes(45))
      #expect(lease.endsAt == .minutes(60) - .seconds(2), "attempt \(number)")
    }
    #expect(waits.map(\.text) == ["1s", "2s", "4s", "8s", "16s", "32s", "1m", "1m"])
    lease.missed(at: .zero, retryAfter: .minutes(5))
    #expect(lease.dueAt == .minutes(5))
    lease.granted(for: .hours(1), isNew: true, at: .zero)
    lease.missed(at: .zero)
    #expect(lease.dueAt == .seconds(1))
  }

  @Test func `that worked is renewed at once when it is refused, and only once`() {
    var lease = CredentialRenewal(steps: steps)
    lease.granted(for: .hours(24), isNew: true, at: .zero)
    lease.accepted()
    expectRefusal(of: &lease, at: .hours(2), waits: nil)
    lease.granted(for: .hours(24), isNew: true, at: .hours(2))
    expectRefusal(of: &lease, at: .hours(2), waits: .seconds(30))
    lease.granted(for: .hours(24), isNew: true, at: .hours(3))
    expectRefusal(of: &lease, at: .hours(3), waits: .minutes(1))
    expectRefusal(of: &lease, at: .hours(4), waits: .minutes(1))
    lease.accepted()
    expectRefusal(of: &lease, at: .hours(5), waits: nil)
    expectRefusal(of: &lease, at: .hours(5), waits: .seconds(30))
  }

  @Test("that lay unused is renewed at once when it is refused, and only once", arguments: [60, 61])
  func unused(_ second: Int) {
    var lease = CredentialRenewal(steps: steps)
    lease.granted(for: .hours(24), isNew: true, at: .hours(1))
    expectRefusal(of: &lease, at: .hours(1) + .seconds(second), waits: second > 60 ? nil : .seconds(30))
    expectRefusal(of: &lease, at: .hours(9), waits: second > 60 ? .seconds(30) : .minutes(1))
  }

  @Test
  func `waits longer and longer after refused log-ins, however well the old credential works`() {
    var lease = CredentialRenewal(steps: steps)
    lease.granted(for: .hours(24), isNew: true, at: .zero)
    for wait in [Duration.seconds(30), .minutes(1), .minutes(1)] {
      lease.accepted()
      lease.denied(at: .hours(23))
      #expect(lease.dueAt == .hours(23) + wait)
    }
    lease.granted(for: .hours(24), isNew: true, at: .hours(23))
    lease.denied(at: .hours(46))
    #expect(lease.dueAt == .hours(46) + .seconds(30))
  }

  @Test func `of the same keys as before keeps what is known of them`() {
    var lease = CredentialRenewal(steps: steps)
    lease.granted(for: .hours(1), isNew: true, at: .zero)
    lease.accepted()
    lease.granted(for: .minutes(15), isNew: false, at: .minutes(45))
    expectRefusal(of: &lease, at: .minutes(50), waits: nil)
  }

  @Test func `that one endpoint refuses and another accepts is not fetched anew at each call`() {
    var lease = CredentialRenewal(steps: steps)
    lease.accepted()
    expectRefusal(of: &lease, at: .seconds(10), waits: nil)
    for time in [Duration.seconds(11), .seconds(41)] {
      lease.granted(for: .hours(24), isNew: true, at: time)
      lease.accepted()
      expectRefusal(of: &lease, at: time, waits: .seconds(30))
    }
    lease.granted(for: .hours(24), isNew: true, at: .seconds(71))
    lease.accepted()
    expectRefusal(of: &lease, at: .seconds(71), waits: nil)
  }

  @Test func `makes a log-in that was given up again at once, unless it may be one more refused`() {
    var lease = CredentialRenewal(steps: steps)
    lease.abandon(at: .seconds(3))
    #expect(lease.dueAt == .zero)
    for (time, wait) in [(Duration.minutes(5), Duration.seconds(30)), (.minutes(9), .minutes(1))] {
      lease.denied(at: .minutes(1))
      for seconds in [0, 40] {
        lease.abandon(at: time + .seconds(seconds))
        #expect(lease.dueAt == time + .seconds(seconds) + wait)
      }
    }
    lease.granted(for: .hours(1), isNew: true, at: .minutes(20))
    let due = lease.dueAt
    lease.abandon(at: .minutes(66))
    #expect(lease.dueAt == due)
  }

  @Test func `begins anew with another secret`() {
    var lease = CredentialRenewal(steps: steps)
    for _ in 0..<3 { _ = lease.refused(at: .zero) }
    lease.renew(at: .seconds(5))
    #expect(lease.dueAt == .seconds(5))
    expectRefusal(of: &lease, at: .seconds(5), waits: .seconds(30))
  }

  /// - Parameter waits: nil: it is fetched anew at once.
  private func expectRefusal(of lease: inout CredentialRenewal, at time: Duration, waits: Duration?) {
    let hasToWait = lease.refused(at: time)
    #expect(hasToWait == (waits != nil))
    #expect(lease.dueAt == time + (waits ?? .zero))
  }
}

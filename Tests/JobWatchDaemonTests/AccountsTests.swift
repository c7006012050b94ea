import CloudAPI
import Foundation
@testable import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

@Suite struct `The accounts` {
  private static let wrong: Result<IssuedCredential, IssueFailure> = .failure(
    .refused(APIError(code: "401", message: "wrong password")))

  @Test func `tries a refused user again for one account at a time, and each account in its turn`()
    throws
  {
    try withPassword { file in
      var book = try book(["one", "two", "three"], file)
      #expect(try logIn(&book, Self.wrong, at: .zero) == "one")
      // Not for the other two, right behind it.
      #expect(book.takeLogins(at: .seconds(29)).isEmpty)
      var tries: [String] = []
      for minute in 1...15 {
        if let name = try logIn(&book, Self.wrong, at: .minutes(minute)) { tries.append(name) }
      }
      #expect(Set(tries) == ["one", "two", "three"])
    }
  }

  @Test func `is not woken for a log-in that waits for another's`() throws {
    try withPassword { file in
      var book = try book(["one", "two"], file)
      #expect(book.takeLogins(at: .zero).map(\.name) == ["one"])
      #expect(book.nextWork(grace: .minutes(1), at: moment(.zero)) == nil)
      let granted = token("a", for: .hours(24))
      let secrets = try #require(book.states["one"]).secrets
      #expect(book.record("one", secrets, granted, at: moment(.zero)).isEmpty)
      #expect(book.nextWork(grace: .minutes(1), at: moment(.zero)) == .zero)
    }
  }

  @Test func `looks for a new password while the old token is still accepted`() throws {
    try withPassword { file in
      var book = try book(["one"], file)
      #expect(try logIn(&book, token("a", for: .hours(1)), at: .zero) == "one")
      #expect(try accept(&book, at: .zero) == [])
      let due = try #require(book.states["one"]?.renewal.dueAt)
      #expect(try logIn(&book, Self.wrong, at: due) == "one")
      #expect(try accept(&book, at: due) == [])
      #expect(book.takeLogins(at: due + .seconds(20)).isEmpty)
      try Data("right".utf8).write(to: file)
      book.refresh(at: due + .seconds(20), log: .silent)
      #expect(book.takeLogins(at: due + .seconds(20)).count == 1)
    }
  }

  @Test func `tries a key that was refused, replaced and put back`() throws {
    try withPassword { file in
      var book = try book(withToken: file)
      let first = try #require(book.credential(of: "one", at: .zero))
      #expect(try refuse(&book, at: .zero) == ["one"])
      for (time, text) in [(Duration.seconds(5), "another"), (.seconds(10), "password")] {
        try Data(text.utf8).write(to: file)
        book.refresh(at: time, log: .silent)
        #expect(book.breaker(of: "one", at: time)?.readiness(at: time) == .probe, "\(text)")
      }
      #expect(book.credential(of: "one", at: .zero)?.fingerprint == first.fingerprint)
    }
  }

  @Test("tells nothing of a secret that was replaced before its refusal", arguments: ["token", "password"])
  func replaced(_ way: String) throws {
    try withPassword { file in
      var book = try way == "token" ? book(withToken: file) : book(["one"], file)
      if way == "token" {
        try Data("another".utf8).write(to: file)
        #expect(try refuse(&book, at: .zero) == [])
        #expect(book.breaker(of: "one", at: .zero)?.readiness(at: .zero) == .probe)
        #expect(try refuse(&book, at: .zero) == ["one"], "the new one is refused, too")
        return
      }
      #expect(try logIn(&book, Self.wrong, at: .zero) == "one")
      try Data("another".utf8).write(to: file)
      book.refresh(at: .zero, log: .silent)
      #expect(book.tellLockouts(after: .zero, at: moment(.zero)).isEmpty)
      #expect(try logIn(&book, Self.wrong, at: .zero) == "one", "the new one is tried at once")
      book.refresh(at: .zero, log: .silent)
      #expect(book.tellLockouts(after: .zero, at: moment(.zero)).count == 1)
    }
  }

  // MARK: From one configuration to the next

  @Test func `waits on for the probe of a refused credential, which is told already`() throws {
    try withPassword { file in
      var first = try book(withToken: file)
      #expect(try refuse(&first, at: .zero) == ["one"])
      #expect(try refuse(&first, at: .seconds(30)) == [])
      var second = try book(withToken: file)
      second.resume([told(.refused)], at: moment(.seconds(40)))
      second.takeOver(first, at: .seconds(40))
      let breaker = second.breaker(of: "one", at: .seconds(40))
      #expect(breaker?.readiness(at: .seconds(40)) == .open(until: .seconds(90)))
      #expect(try refuse(&second, at: .seconds(90)) == [])
      #expect(try accept(&second, at: .seconds(210)) == ["one"])
    }
  }

  @Test func `begins anew where the record knows nothing of a pause, or of its end`() throws {
    try withPassword { file in
      var refused = try book(withToken: file)
      #expect(try refuse(&refused, at: .zero) == ["one"])
      var second = try book(withToken: file)
      second.takeOver(refused, at: .seconds(1))
      #expect(try refuse(&second, at: .seconds(1)) == ["one"], "it is told now")

      var accepted = try book(withToken: file)
      #expect(try accept(&accepted, at: .zero) == [])
      var third = try book(withToken: file)
      third.resume([told(.refused)], at: moment(.seconds(1)))
      third.takeOver(accepted, at: .seconds(1))
      #expect(try accept(&third, at: .seconds(1)) == ["one"], "its end is told now")
    }
  }

  @Test func `goes on with a token, proven as it was, up to the time of the next log-in`() throws {
    try withPassword { file in
      var first = try book(["one"], file)
      #expect(try logIn(&first, token("a", for: .hours(24)), at: .zero) == "one")
      #expect(try accept(&first, at: .zero) == [])
      var second = try book(["one"], file)
      second.takeOver(first, at: .seconds(5))
      #expect(second.takeLogins(at: .hours(23)).isEmpty)
      #expect(second.breaker(of: "one", at: .hours(23))?.readiness(at: .hours(23)) == .closed)
      #expect(second.credential(of: "one", at: .hours(24)) == nil)
      #expect(second.takeLogins(at: .hours(24)).count == 1)
    }
  }

  @Test func `waits on after a refused log-in, also for one that was under way at the end`() throws {
    try withPassword { file in
      var first = try book(["one"], file)
      #expect(try logIn(&first, Self.wrong, at: .zero) == "one")
      var second = try book(["one"], file)
      second.takeOver(first, at: .seconds(5))
      second.refresh(at: .seconds(5), log: .silent)
      #expect(second.tellLockouts(after: .zero, at: moment(.seconds(5))).count == 1)
      #expect(second.tellLockouts(after: .zero, at: moment(.seconds(5))).isEmpty)
      #expect(second.takeLogins(at: .seconds(29)).isEmpty)
      #expect(second.takeLogins(at: .seconds(30)).count == 1)
      var third = try book(["one"], file)
      third.resume([told(.lockedOut)], at: moment(.seconds(33)))
      third.takeOver(second, at: .seconds(33))
      #expect(third.tellLockouts(after: .zero, at: moment(.seconds(33))).isEmpty)
      #expect(third.takeLogins(at: .seconds(62)).isEmpty)
      #expect(try logIn(&third, token("a", for: .hours(1)), at: .seconds(63)) == "one")
    }
  }

  @Test(arguments: ["secret", "endpoint", "probes", "quota", "nothing"])
  func `tries at once whatever has changed, but for quotas`(change: String) throws {
    try withPassword { file in
      var first = try book(withToken: file)
      #expect(try refuse(&first, at: .zero) == ["one"])
      if change == "secret" { try Data("another".utf8).write(to: file) }
      let probes = ProbePolicy(steps: change == "probes" ? [.seconds(7)] : ProbePolicy().steps)
      var second = try book(withToken: file, probes) { account in
        if change == "endpoint" { account.endpoints["ecs"] = "https://ecs.example" }
        if change == "quota" { account.quota = Quota(calls: 9, per: .seconds(1)) }
      }
      second.resume([told(.refused)], at: moment(.seconds(5)))
      second.takeOver(first, at: .seconds(5))
      let isTried = second.breaker(of: "one", at: .seconds(5))?.readiness(at: .seconds(5)) == .probe
      #expect(isTried == !["quota", "nothing"].contains(change))
    }
  }

  /// What each answer says of a credential that was never used, and of one that is refused.
  @Test func `take each answer for what it says of the credential`() throws {
    let error = APIError(code: "APIGW.0301", message: "no")
    let seen = Observation.seen(.running, JobReport(rawStatus: "RUNNING"))
    let good: [Observation] = [
      seen, .unrecognised(JobReport(rawStatus: "X")), .absent(code: ""), .busy(""),
      .forbidden(error), .misconfigured(error),
    ]
    let bad: [Observation] = [.refused(error), .skewed(serverTime: nil, error)]
    let silent: [Observation] = [
      .throttled(Throttle(code: "")), .garbled(""), .unreachable(""),
    ]
    try withPassword { file in
      for (observations, isClosed, isTold) in [
        (good, true, false), (bad, false, true), (silent, false, false),
      ] {
        for observation in observations {
          var book = try book(withToken: file)
          let told = try answer(&book, observation, at: .zero)
          #expect(told == (isTold ? ["one"] : []), "\(observation)")
          let breaker = try #require(book.breaker(of: "one", at: .zero))
          #expect((breaker.readiness(at: .zero) == .closed) == isClosed, "\(observation)")
          #expect(breaker.isOpen == isTold, "\(observation)")
          if isTold { #expect(try answer(&book, seen, at: .minutes(1)) == ["one"]) }
        }
      }
    }
  }

  @Test func `pause by hand as the record says`() throws {
    try withPassword { file in
      var book = try book(["one", "two"], file)
      book.takePauses([told(.pausedByHand), told(.refused)])
      #expect(book.isPausedByHand("one") && !book.isPausedByHand("two"))
      #expect(book.takeLogins(at: .zero).map(\.name) == ["two"])
      book.takePauses([])
      #expect(!book.isPausedByHand("one"))
    }
  }

  // MARK: What happens

  /// The one log-in that is due brings `result`; returns whose it was.
  private func logIn(
    _ book: inout Accounts, _ result: Result<IssuedCredential, IssueFailure>,
    at uptime: Duration
  ) throws -> String? {
    let due = book.takeLogins(at: uptime)
    #expect(due.count <= 1)
    guard let access = due.first else { return nil }
    _ = book.record(access.name, access.secrets, result, at: moment(uptime))
    return access.name
  }

  /// Returns who is to be told as resumed.
  private func accept(_ book: inout Accounts, at uptime: Duration) throws -> [String] {
    try answer(&book, .busy("no answer"), at: uptime)
  }

  /// Returns who is to be told as paused.
  private func refuse(_ book: inout Accounts, at uptime: Duration) throws -> [String] {
    try answer(&book, .refused(APIError(code: "APIGW.0301", message: "no")), at: uptime)
  }

  /// A call for the first account, which must pass, and its answer. Returns whose condition changes.
  private func answer(_ book: inout Accounts, _ observation: Observation, at uptime: Duration) throws -> [String] {
    let credential = try #require(book.credential(of: "one", at: uptime))
    let permit = book.enter(credential, at: uptime)
    var changes = book.record(observation, try #require(permit), credential, at: moment(uptime))
    book.refresh(at: uptime, log: .silent)
    changes += book.tellLockouts(after: .minutes(1), at: moment(uptime))
    return Set(changes.map { "\($0.condition.subject)".dropFirst("account/".count) })
      .map(String.init).sorted()
  }

  private func told(_ kind: Condition.Kind) -> Condition {
    let now = moment(.zero).wall
    return Condition(.account("one"), kind, since: now, toldAt: now, cause: "no")
  }

  // MARK: Samples

  private func moment(_ uptime: Duration) -> Moment {
    Moment(wall: Timestamp(milliseconds: 1_795_000_000_000) + uptime, uptime: uptime)
  }

  private func token(_ text: String, for lifetime: Duration) -> Result<IssuedCredential, IssueFailure> {
    .success(
      IssuedCredential(credential: .token(Secret(text)), lifetime: lifetime, projectID: "p"))
  }

  /// Several accounts of one user, whose password is in `file`.
  private func book(_ names: [String], _ file: URL) throws -> Accounts {
    let logins = names.map { name in
      var account = Account(name: name, region: "eu-de", projectID: "p", authentication: .password)
      account.user = Account.User(name: .plain(Secret("user")), password: .file(file.path), domainName: "OTC0001")
      return login(account)
    }
    return try Accounts(logins, probes: ProbePolicy())
  }

  /// One account, whose token is in `file`.
  private func book(
    withToken file: URL, _ probes: ProbePolicy = ProbePolicy(), _ change: (inout Account) -> Void = { _ in }
  ) throws -> Accounts {
    var account = Account(name: "one", region: "eu-de", projectID: "p", authentication: .token)
    account.token = .file(file.path)
    change(&account)
    return try Accounts([login(account)], probes: probes)
  }

  private func login(_ account: Account) -> AccountLogin {
    AccountLogin(
      account, transport: { _, _, _ async throws(HTTPFailure) in throw HTTPFailure(.refused, "no network") },
      environment: [:])
  }

  private func withPassword(_ body: (URL) throws -> Void) throws {
    let file = URL(filePath: TemporaryDirectory.newPath())
    try Data("password".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try body(file)
  }
}

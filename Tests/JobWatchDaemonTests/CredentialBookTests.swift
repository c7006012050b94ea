import CloudAPI
import Foundation
import JobWatchCore
import Logging
import Testing

@testable import JobWatchDaemon

@Suite struct `The book of credentials` {
  private static let wrong: Result<IssuedCredential, IssueFailure> = .failure(
    .refused(Complaint(code: "401", message: "wrong password")))

  @Test func `tries a refused user again for one account at a time, and each account in its turn`()
    throws
  {
    try withPassword { file in
      var book = try book(["one", "two", "three"], file)
      #expect(try logIn(&book, Self.wrong, at: .zero) == "one")
      // Not for the other two, right behind it.
      #expect(book.takeLogins(except: [], at: .seconds(29)).isEmpty)
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
      #expect(book.takeLogins(except: [], at: .zero).map(\.account.name) == ["one"])
      #expect(book.nextWork(except: [], grace: .minutes(1), at: moment(.zero)) == nil)
      let granted = token("a", for: .hours(24))
      #expect(
        !book.loggedIn(
          "one", try #require(book.accounts["one"]).secrets, granted, at: moment(.zero)))
      #expect(book.nextWork(except: [], grace: .minutes(1), at: moment(.zero)) == .zero)
    }
  }

  @Test func `looks for a new password while the old token is still accepted`() throws {
    try withPassword { file in
      var book = try book(["one"], file)
      #expect(try logIn(&book, token("a", for: .hours(1)), at: .zero) == "one")
      accept(&book, at: .zero)
      let due = try #require(book.accounts["one"]?.lease.dueAt)
      #expect(try logIn(&book, Self.wrong, at: due) == "one")
      accept(&book, at: due)
      #expect(book.takeLogins(except: [], at: due + .seconds(20)).isEmpty)
      try Data("right".utf8).write(to: file)
      book.refresh(at: due + .seconds(20), log: silent)
      #expect(book.takeLogins(except: [], at: due + .seconds(20)).count == 1)
    }
  }

  @Test func `tries a key that was refused, replaced and put back`() throws {
    try withPassword { file in
      var account = Account(name: "one", region: "eu-de", projectID: "p", authentication: .token)
      account.token = .file(file.path)
      var book = try CredentialBook([login(account)], probes: ProbePolicy())
      let first = try #require(book.grant(of: "one", at: .zero))
      let pass = try #require(book.withGate(first.fingerprint) { $0.enter(at: .zero) } ?? nil)
      let complaint = Complaint(code: "APIGW.0301", message: "no")
      #expect(book.refused(pass, first.fingerprint, complaint, at: moment(.zero)) == ["one"])
      for (time, text) in [(Duration.seconds(5), "another"), (.seconds(10), "password")] {
        try Data(text.utf8).write(to: file)
        book.refresh(at: time, log: silent)
        #expect(book.gate(of: "one", at: time)?.readiness(at: time) == .probe, "\(text)")
      }
      #expect(book.grant(of: "one", at: .zero)?.fingerprint == first.fingerprint)
    }
  }

  // MARK: What happens

  /// The one log-in that is due brings `result`; returns whose it was.
  private func logIn(
    _ book: inout CredentialBook, _ result: Result<IssuedCredential, IssueFailure>,
    at uptime: Duration
  ) throws -> String? {
    let due = book.takeLogins(except: [], at: uptime)
    #expect(due.count <= 1)
    guard let access = due.first else { return nil }
    _ = book.loggedIn(access.account.name, access.secrets, result, at: moment(uptime))
    return access.account.name
  }

  private func accept(_ book: inout CredentialBook, at uptime: Duration) {
    guard let grant = book.grant(of: "one", at: uptime),
      let pass = book.withGate(grant.fingerprint, { $0.enter(at: uptime) }) ?? nil
    else {
      Issue.record("no call passes")
      return
    }
    _ = book.accepted(pass, grant.fingerprint)
  }

  // MARK: Samples

  private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func moment(_ uptime: Duration) -> Moment {
    Moment(wall: Timestamp(milliseconds: 1_795_000_000_000) + uptime, uptime: uptime)
  }

  private func token(
    _ text: String, for lifetime: Duration
  ) -> Result<IssuedCredential, IssueFailure> {
    .success(
      IssuedCredential(credential: .token(Secret(text)), lifetime: lifetime, projectID: "p"))
  }

  /// Several accounts of one user, whose password is in `file`.
  private func book(_ names: [String], _ file: URL) throws -> CredentialBook {
    let logins = names.map { name in
      var account = Account(
        name: name, region: "eu-de", projectID: "p", authentication: .password)
      account.user = Account.User(
        name: .plain(Secret("user")), password: .file(file.path), domainName: "OTC0001")
      return login(account)
    }
    return try CredentialBook(logins, probes: ProbePolicy())
  }

  private func login(_ account: Account) -> AccountLogin {
    AccountLogin(
      account,
      transport: { _, _, _ async throws(HTTPFailure) in throw HTTPFailure(.refused, "no network") },
      environment: [:])
  }

  private func withPassword(_ body: (URL) throws -> Void) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data("password".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try body(file)
  }
}

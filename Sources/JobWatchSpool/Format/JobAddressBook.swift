import CloudAPI

/// Finds the service and the account of a job's URL.
package struct JobAddressBook: Sendable, Hashable {
  /// The parts of an account that a URL shows.
  package struct Entry: Sendable, Hashable {
    package var account: String
    package var region: String
    /// Nil: looked up by the daemon.
    package var projectID: String?
    /// Those of the configuration, by service.
    package var endpoints: [String: String]

    package init(
      account: String, region: String, projectID: String?, endpoints: [String: String] = [:]
    ) {
      self.account = account
      self.region = region
      self.projectID = projectID
      self.endpoints = endpoints
    }
  }

  /// Nil: the configuration is not known, and the account stays open.
  private let entries: [Entry]?

  package init(_ entries: [Entry]?) { self.entries = entries }

  /// A service, where the account and the region are known from the host.
  private struct Match {
    var service: CloudService
    var region: String?
    var account: String?
  }

  /// Fills in what the URL says, and returns why it cannot be, with the cure; nil when all is well.
  /// - Parameter preferring: a service that is meant where the host serves several; what the submission names counts
  ///   more.
  package func resolve(_ submission: inout SpoolSubmission, preferring option: String? = nil)
    -> String?
  {
    guard let address = submission.address else { return nil }
    let hosts = matches(address)
    if hosts.isEmpty {
      return
        "the host \(address.host) is that of no service that jobwatch knows, and of no account's endpoints: "
        + "name it there, or submit the id with its service"
    }
    let matches = hosts.filter { address.query(of: $0.service) != nil }
    guard let first = matches.first else { return FoundJobIDs.noQuery(address.text) }
    if let named = submission.service, !matches.contains(where: { $0.service.name == named }) {
      return "the URL is of a job of \(first.service.name), not of \(named): leave the service out"
    }
    let wanted = submission.service ?? option
    let match = matches.first { $0.service.name == wanted } ?? first
    guard let query = address.query(of: match.service) else { return nil }
    (submission.service, submission.jobID) = (match.service.name, query.jobID)
    guard let entries else { return nil }
    let problem = choose(query.projectID, match, matches, entries, &submission)
    if problem == nil { submission.address = nil }
    return problem
  }

  /// Endpoints of the configuration first.
  private func matches(_ address: JobAddress) -> [Match] {
    let configured = (entries ?? []).flatMap { entry in
      CloudService.all.filter { service in
        entry.endpoints[service.name].flatMap { JobAddress($0) }?.host == address.host
      }.map { Match(service: $0, region: entry.region, account: entry.account) }
    }
    return configured + address.places.map { Match(service: $0.service, region: $0.region) }
  }

  private func choose(
    _ project: String, _ match: Match, _ matches: [Match], _ entries: [Entry],
    _ submission: inout SpoolSubmission
  ) -> String? {
    let same = matches.filter { $0.service === match.service }
    if let name = submission.account {
      let entry = entries.first { $0.account == name }
      if let entry, let problem = elsewhere(entry, same) { return problem }
      guard let own = entry?.projectID, own != project else { return nil }
      return
        "the URL is of project \(project), and account \"\(name)\" of \(own): name the account of the project"
    }
    let here = entries.filter { entry in
      same.contains { $0.account == entry.account || $0.region == entry.region }
    }
    let open = here.filter { $0.projectID == nil }
    let owner =
      here.first { $0.projectID == project } ?? entries.first { $0.projectID == project }
      ?? (open.count == 1 ? open[0] : nil)
    guard let owner else {
      return
        "no account has the project \(project) of the URL: add it to the configuration, or name an account"
    }
    if let problem = elsewhere(owner, same) { return problem }
    submission.account = owner.account
    return nil
  }

  /// The account is asked in its own region, where a job of another is not known.
  private func elsewhere(_ entry: Entry, _ places: [Match]) -> String? {
    let isHere = places.contains { $0.account == entry.account || $0.region == entry.region }
    guard !isHere, let region = places.compactMap(\.region).first else { return nil }
    return
      "the URL is of region \(region), and account \"\(entry.account)\" of \(entry.region): add an account of "
      + "that region, or name one"
  }
}

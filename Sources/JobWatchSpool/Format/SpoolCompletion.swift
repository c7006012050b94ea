import CloudAPI
import JobWatchConfiguration
import JobWatchCore

/// Fills in what an entry leaves open.
extension SpoolSubmission {
  /// Takes what is missing from `options`, from the job's URL and from the reply, and drops the cloud's own names.
  ///
  /// A job's URL knows its service better than an option.
  /// - Parameters:
  ///   - rules: nil: the configuration is not known.
  ///   - note: called with a warning for each name that is dropped.
  /// - Returns: why the URL cannot be asked, with the cure; nil when all is well.
  package mutating func complete(
    with options: SpoolSubmission? = nil, by rules: SpoolRules?, note: (String) -> Void
  ) -> String? {
    leaveCloudNames(rules, note)
    account = account ?? options?.account
    taskID = taskID ?? options?.taskID
    expectWithin = expectWithin ?? options?.expectWithin
    labels.merge(options?.labels ?? [:]) { $1 }
    for name in options?.channels ?? [] where !channels.contains(name) { channels.append(name) }
    if let problem = resolve(among: rules?.accounts, preferring: options?.service) { return problem }
    service = service ?? options?.service
    adoptReply()
    instanceID = instanceID ?? options?.instanceID
    return nil
  }

  /// Drops values of a reply that resemble no known name, such as `"service": "MySQL"`.
  private mutating func leaveCloudNames(_ rules: SpoolRules?, _ note: (String) -> Void) {
    guard hasCloudNames else { return }
    hasCloudNames = false
    func isForeign(_ noun: String, _ name: String, _ known: [String]) -> Bool {
      if known.contains(name) || NearestName.to(name, among: known) != nil { return false }
      note("the \(noun) \"\(Self.shown(name))\" of the reply is left alone because none of that name is known here")
      return true
    }
    if let name = service, isForeign("service", name, SpoolRules.services) { service = nil }
    guard let rules else { return }
    if let name = account, isForeign("account", name, rules.accountNames) { account = nil }
    channels.removeAll { isForeign("channel", $0, rules.channels) }
  }

  /// Takes from the reply what belongs to a job of the service, which is known by now.
  mutating func adoptReply() {
    let service = CloudService.named(service ?? SpoolRules.defaultService)
    guard let reply, service?.hasTasks == true, instanceID == nil, let id = reply.instanceID,
      JobKey.isJobID(id)
    else { return }
    instanceID = id
    taskID = taskID ?? reply.taskID.flatMap { JobKey.isJobID($0) ? $0 : nil }
  }

  /// Why the service that is asked may be the wrong one, with the cure; nil: it was named, or nothing speaks against
  /// it.
  package var doubt: String? {
    service == nil ? reply?.doubt(of: SpoolRules.defaultService) : nil
  }

  // MARK: Whose a job's URL is

  fileprivate typealias Place = (service: CloudService, region: String)

  /// Fills in the service and the account of the job's URL.
  /// - Parameters:
  ///   - accounts: nil: the configuration is not known, and the account stays open.
  ///   - option: a service that is meant where the host serves several; the submission's own counts more.
  /// - Returns: why the URL cannot be asked, with the cure; nil when all is well.
  mutating func resolve(among accounts: [Account]?, preferring option: String? = nil) -> String? {
    guard let address else { return nil }
    let hosts = Self.places(of: address, accounts ?? [])
    if hosts.isEmpty {
      return "the host \(address.host) is that of no service that jobwatch knows, and of no account's endpoints: "
        + "name it there, or submit the id with its service"
    }
    let places = hosts.filter { address.query(of: $0.service) != nil }
    guard let first = places.first?.service else { return FoundJobIDs.noQuery(address.text) }
    let wanted = self.service ?? option
    let match = places.first { $0.service.name == wanted }?.service
    if let named = self.service, match == nil {
      return "the URL is of a job of \(first.name), not of \(named): leave the service out"
    }
    let service = match ?? first
    guard let query = address.query(of: service) else { return nil }
    (self.service, jobID) = (service.name, query.jobID)
    guard let accounts else { return nil }
    let problem = chooseAccount(of: query.projectID, places.filter { $0.service === service }, accounts)
    if problem == nil { self.address = nil }
    return problem
  }

  /// Endpoints of the configuration first.
  fileprivate static func places(of address: JobAddress, _ accounts: [Account]) -> [Place] {
    let configured = accounts.flatMap { account -> [Place] in
      CloudService.all.filter { service in
        account.endpoints[service.name].flatMap { JobAddress($0) }?.host == address.host
      }.map { ($0, account.region) }
    }
    return configured + address.places.map { ($0.service, $0.region) }
  }

  /// Names the account of the project, unless one is named, or returns why there is none.
  /// - Parameter places: those of the service.
  private mutating func chooseAccount(of project: String, _ places: [Place], _ accounts: [Account]) -> String? {
    if let name = account {
      let account = accounts.first { $0.name == name }
      if let problem = account.flatMap({ Self.elsewhere($0, places) }) { return problem }
      guard let own = account?.projectID, own != project else { return nil }
      return "the URL is of project \(project), and account \"\(name)\" of \(own): name the account of the project"
    }
    let here = accounts.filter { Self.elsewhere($0, places) == nil }
    // Their projects are looked up by the daemon.
    let open = here.filter { $0.projectID == nil }
    let owner = (here + accounts).first { $0.projectID == project }
    guard let owner = owner ?? (open.count == 1 ? open[0] : nil) else {
      return "no account has the project \(project) of the URL: add it to the configuration, or name an account"
    }
    if let problem = Self.elsewhere(owner, places) { return problem }
    account = owner.name
    return nil
  }

  /// An account is asked in its own region, where a job of another is not known.
  private static func elsewhere(_ account: Account, _ places: [Place]) -> String? {
    if places.contains(where: { $0.region == account.region }) { return nil }
    return "the URL is of region \(places[0].region), and account \"\(account.name)\" of \(account.region): "
      + "add an account of that region, or name one"
  }
}

extension SpoolRules {
  /// Whether a service answers at the host of a URL: one of the clouds', or of the configuration.
  package func knowsHost(of address: JobAddress) -> Bool {
    !SpoolSubmission.places(of: address, accounts).isEmpty
  }
}

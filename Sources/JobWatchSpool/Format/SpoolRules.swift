import CloudAPI
import JobWatchConfiguration
import JobWatchCore

/// The names that a submission may use: those of the current configuration.
package struct SpoolRules: Sendable, Hashable {
  package var services: [String]
  package var accounts: [String]
  package var channels: [String]
  /// The account of submissions that name none.
  package var defaultAccount: String
  /// Accounts whose region has no known endpoint of the service: their jobs could never be asked for.
  package var withoutEndpoint: Set<EndpointKey>
  package var addresses: JobAddressBook

  /// The service of submissions that name none.
  package static let defaultService = "ecs"

  package init(
    services: [String], accounts: [String], channels: [String], defaultAccount: String,
    withoutEndpoint: Set<EndpointKey> = [], addresses: JobAddressBook = JobAddressBook([])
  ) {
    self.services = services
    self.accounts = accounts
    self.channels = channels
    self.defaultAccount = defaultAccount
    self.withoutEndpoint = withoutEndpoint
    self.addresses = addresses
  }

  package init(_ configuration: Configuration) {
    let services = CloudService.all.map(\.name)
    let endpoints = configuration.accounts.flatMap { account in
      services.filter { account.endpoint(of: $0) == nil }
        .map { EndpointKey(account: account.name, service: $0) }
    }
    self.init(
      services: services, accounts: configuration.accounts.map(\.name),
      channels: configuration.channels.map(\.name),
      defaultAccount: configuration.accounts.first?.name ?? "", withoutEndpoint: Set(endpoints),
      addresses: JobAddressBook(
        configuration.accounts.map {
          JobAddressBook.Entry(
            account: $0.name, region: $0.region, projectID: $0.projectID, endpoints: $0.endpoints)
        }))
  }

  /// The job that `submission` means, with the defaults filled in.
  package func key(of submission: SpoolSubmission) -> JobKey {
    JobKey(
      account: submission.account ?? defaultAccount,
      service: submission.service ?? Self.defaultService, jobID: submission.jobID)
  }

  /// Why `submission` cannot be watched, with the cure; nil when it can.
  package func problem(_ submission: SpoolSubmission) -> String? {
    let key = key(of: submission)
    if let problem = unknown("service", key.service, services) { return problem }
    if let problem = unknown("account", key.account, accounts) { return problem }
    for channel in submission.channels {
      if let problem = unknown("channel", channel, channels) { return problem }
    }
    if submission.instanceID != nil, CloudService.named(key.service)?.hasTasks != true {
      let services = CloudService.all.filter(\.hasTasks).map(\.name).joined(separator: ", ")
      return
        "instance_id and task_id are for jobs of \(services), not of \(key.service): leave them out, "
        + "or name the service"
    }
    guard withoutEndpoint.contains(key.endpoint) else { return nil }
    return "account \"\(key.account)\" has no endpoint of \(key.service): add "
      + "endpoints: {\(key.service): https://…} to the account"
  }

  /// Why `command` cannot be obeyed, with the remedy; nil: it can.
  package func problem(_ command: SpoolCommand) -> String? {
    unknown("account", command.account, accounts)
  }

  private func unknown(_ noun: String, _ name: String, _ known: [String]) -> String? {
    known.contains(name)
      ? nil : "\(noun) \"\(name.prefix(80))\" is not known; \(NearestName.hint(name, among: known))"
  }

  /// Decodes a file of `owner`, and refuses a command from a user who may not command.
  package func file(_ bytes: [UInt8], of owner: SpoolOwner) -> SpoolFile {
    let file = SpoolFile(decoding: bytes, rules: self)
    guard let command = file.command, !owner.mayCommand else { return file }
    return SpoolFile(
      rejection:
        "it is a command, and belongs to \(owner.name): only root and the service's own user "
        + "may command, so use sudo jobwatch \(command.verb.rawValue) \(command.account)")
  }
}

import CloudAPI
import JobWatchConfiguration
import JobWatchCore

/// The names that a submission may use: those of the current configuration.
package struct SpoolRules: Sendable, Hashable {
  let accounts: [Account]
  let channels: [String]
  /// Services of an account that have no known URL: their jobs could never be asked for.
  private let withoutURL: Set<EndpointKey>

  static let services = CloudService.all.map(\.name)
  /// The service of submissions that name none.
  package static let defaultService = "ecs"

  package init(_ configuration: Configuration) {
    accounts = configuration.accounts
    channels = configuration.channels.map(\.name)
    withoutURL = Set(
      accounts.flatMap { account in
        Self.services.filter { account.endpoint(of: $0) == nil }
          .map { EndpointKey(account: account.name, service: $0) }
      })
  }

  var accountNames: [String] { accounts.map(\.name) }

  /// The job that is meant, with the defaults filled in.
  package func key(of submission: SpoolSubmission) -> JobKey {
    JobKey(
      account: submission.account ?? accounts.first?.name ?? "",
      service: submission.service ?? Self.defaultService, jobID: submission.jobID)
  }

  /// Why a job cannot be watched, with the cure; nil when it can.
  package func problem(_ submission: SpoolSubmission) -> String? {
    let key = key(of: submission)
    let problem =
      unknown("service", key.service, Self.services) ?? unknown("account", key.account, accountNames)
      ?? submission.channels.lazy.compactMap { unknown("channel", $0, channels) }.first
    if let problem { return problem }
    if submission.instanceID != nil, CloudService.named(key.service)?.hasTasks != true {
      let services = CloudService.all.filter(\.hasTasks).map(\.name).joined(separator: ", ")
      return "instance_id and task_id are for jobs of \(services), not of \(key.service): leave them out, "
        + "or name the service"
    }
    guard withoutURL.contains(key.endpoint) else { return nil }
    return "account \"\(key.account)\" has no endpoint of \(key.service): add "
      + "endpoints: {\(key.service): https://…} to the account"
  }

  /// Why a command cannot be obeyed, with the cure; nil when it can.
  package func problem(_ command: SpoolCommand) -> String? { unknown("account", command.account, accountNames) }

  private func unknown(_ noun: String, _ name: String, _ known: [String]) -> String? {
    known.contains(name) ? nil : "\(noun) \"\(name.prefix(80))\" is not known; \(NearestName.hint(name, among: known))"
  }

  package func file(_ bytes: [UInt8], of owner: SpoolOwner) -> SpoolFile {
    let file = SpoolFile(decoding: bytes, rules: self)
    guard let command = file.command, !owner.mayCommand else { return file }
    return SpoolFile(
      rejection:
        "it is a command, and belongs to \(owner.name): only root and the service's own user "
        + "may command, so use sudo jobwatch \(command.verb.rawValue) \(command.account)")
  }
}

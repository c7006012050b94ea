import CloudAPI
import JobWatchSpool

@testable import JobWatchConfiguration

extension SpoolRules {
  /// Accounts of no listed region, which can ask for jobs of every service, except for those that are named.
  static func sample(accounts: [String], channels: [String] = [], without: [String: [String]] = [:]) -> SpoolRules {
    var configuration = Configuration(
      accounts: accounts.map { name in
        let services = CloudService.all.map(\.name).filter { without[name]?.contains($0) != true }
        return Account(
          name: name, region: "nowhere",
          endpoints: Dictionary(uniqueKeysWithValues: services.map { ($0, "https://\($0).\(name).example") }))
      })
    configuration.channels = channels.map { Channel(name: $0, kind: .journal) }
    return SpoolRules(configuration)
  }
}

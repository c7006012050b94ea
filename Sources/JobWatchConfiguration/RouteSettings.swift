import CloudAPI
import JobWatchCore

/// Reads `routes` against the accounts and channels of the same file.
struct RouteSettings {
  let accounts: [String]
  let channels: ChannelSettings

  func read(_ list: Setting) -> [Route] {
    (list.items(0...1000) ?? []).compactMap(read(route:))
  }

  private func read(route setting: Setting) -> Route? {
    let keys = ["events", "accounts", "services", "job_types", "labels", "channels"]
    guard let section = setting.section(keys),
      let channels = section.required("channels", "where its events go")
    else { return nil }
    let services = CloudService.all.map(\.name)
    return Route(
      events: section["events"]?.chosen("event", among: EventKind.allCases.map(\.rawValue))
        .map { Set($0.compactMap(EventKind.init(rawValue:))) },
      accounts: section["accounts"]?.chosen("account", among: accounts).map(Set.init),
      services: section["services"]?.chosen("service", among: services).map(Set.init),
      jobTypes: section["job_types"]?.items(1...100).map { types in
        Set(types.compactMap { $0.text("a job type") })
      },
      labels: section["labels"].map(labels) ?? [:], channels: self.channels(channels))
  }

  private func channels(_ setting: Setting) -> [String] {
    let known = channels.channels.map(\.name)
    let names = setting.chosen("channel", among: known) { name in
      channels.statusLogs.contains(name)
        ? "\"\(name)\" is the status log, which gets every event without a route: remove it here" : nil
    }
    return names ?? []
  }

  private func labels(_ setting: Setting) -> [String: String] {
    let entries = setting.entries("labels and their values, such as {team: web}") ?? []
    var labels: [String: String] = [:]
    for (key, value) in entries {
      if !LabelRule.isKey(key) { value.fail("the label's name \(LabelRule.keyRule)") }
      if let text = value.text("the label's value") { labels[key] = text }
    }
    return labels
  }
}

extension Setting {
  /// A list of names that must all be known.
  /// - Parameter reason: a better explanation for a name that is not.
  fileprivate func chosen(
    _ noun: String, among known: [String], reason: (String) -> String? = { _ in nil }
  ) -> [String]? {
    let article = "aeiou".contains(noun.prefix(1)) ? "an" : "a"
    return items(1...100)?.compactMap {
      $0.word("the name of \(article) \(noun)", isNo: "known \(noun)", among: known, reason: reason)
    }
  }
}

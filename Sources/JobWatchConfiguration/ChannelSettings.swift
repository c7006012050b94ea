import CloudAPI

struct ChannelSettings {
  private static let types = ["webhook", "journal", "statuslog"]
  private static let webhookKeys = ["url", "secret", "format"]

  /// The channels that the file declares. The status log is none, because it gets every event without a route. A
  /// declared one is remembered for the message to a route that names it.
  var channels: [Channel] = []
  var statusLogs: Set<String> = []

  static func read(_ list: Setting) -> ChannelSettings {
    var result = ChannelSettings()
    var seen = Set<String>()
    for setting in list.items(0...100) ?? [] {
      guard let section = setting.section(["name", "type"] + webhookKeys) else { continue }
      let name = section.required("name", "routes and spool files use it")?.name()
      let type = section.required("type", types.joined(separator: ", ")).flatMap(readType)
      if let name, !seen.insert(name).inserted {
        setting.fail("a second channel is named \"\(name)\": names must differ")
      }
      result.add(section, name: name ?? "", type: type)
    }
    return result
  }

  private mutating func add(_ section: Section, name: String, type: String?) {
    guard let type else { return }
    if type != "webhook" {
      for key in Self.webhookKeys { section[key]?.fail("is not used with type: \(type): remove it") }
    }
    switch type {
    case "webhook":
      guard let kind = Self.webhook(section) else { return }
      channels.append(Channel(name: name, kind: kind))
    case "journal": channels.append(Channel(name: name, kind: .journal))
    default: statusLogs.insert(name)
    }
  }

  private static func readType(_ setting: Setting) -> String? {
    guard let text = setting.text("a type of channel") else { return nil }
    if types.contains(text) { return text }
    setting.fail(text, isNo: "type of channel", among: types.dropLast())
    return nil
  }

  private static func webhook(_ section: Section) -> Channel.Kind? {
    let url = section.required("url", "where to send to, https://…")?.webAddress()
    let secrets = secrets(section["secret"])
    let format = section["format"].flatMap(format) ?? Channel.FormatName()
    return url.map { .webhook(url: $0, secrets: secrets, format: format) }
  }

  private static func format(_ setting: Setting) -> Channel.FormatName? {
    setting.text("the name of a format").map { Channel.FormatName(text: $0, path: setting.path) }
  }

  private static func secrets(_ setting: Setting?) -> [SecretSource] {
    guard let setting else { return [] }
    guard setting.isList else { return setting.secretSource().map { [$0] } ?? [] }
    return (setting.items(1...10) ?? []).compactMap { $0.secretSource() }
  }
}

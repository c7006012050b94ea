import CloudAPI
import JobWatchCore

/// What the metadata service of the one simulated server remembers: session tokens, and the key that it shows to all.
struct MetadataState: Sendable {
  private var sessions: [String: Timestamp] = [:]
  private var shown: (key: AccessKey, end: Timestamp)?

  /// Returns the key, which is shown no more.
  mutating func dropKey() -> AccessKey? {
    defer { shown = nil }
    return shown?.key
  }

  mutating func session(
    _ request: ReceivedRequest, _ options: SimulatedMetadata, at now: Timestamp
  ) -> Reply {
    guard options.versions != .first else { return Reply(status: 404) }
    guard let life = request.header("x-metadata-token-ttl-seconds").flatMap(Int.init) else {
      return Reply(status: 400)
    }
    let token = Reply.randomID()
    sessions = sessions.filter { $0.value > now }
    sessions[token] = now + .seconds(life)
    return Reply(status: 200, body: Array(token.utf8))
  }

  mutating func key(
    _ request: ReceivedRequest, _ options: SimulatedMetadata, _ proofs: inout IssuedProofs,
    at now: Timestamp
  ) -> Reply {
    guard options.versions == .first || isAllowed(request, options, at: now) else {
      return ErrorReply.identity(401, "Unauthorized", "No valid session token.")
    }
    guard options.hasAgency else {
      return ErrorReply.identity(
        401, "Unauthorized", "Please configure Cloud Service Agency first.")
    }
    if shown.map({ now >= $0.end - options.renewal }) ?? true {
      let key = AccessKey(
        access: "TEMP" + Reply.randomID().prefix(16).uppercased(),
        secret: Secret(Reply.randomID()), securityToken: Secret("gAAAA" + Reply.randomID()))
      let end = now + options.keyLifetime
      shown = (key, end)
      proofs.add(key, from: now, until: end)
    }
    return shown.map { Self.reply($0.key, until: $0.end) } ?? Reply(status: 500)
  }

  private func isAllowed(
    _ request: ReceivedRequest, _ options: SimulatedMetadata, at now: Timestamp
  ) -> Bool {
    guard let token = request.header("x-metadata-token") else { return options.versions == .both }
    return sessions[token].map { $0 > now } ?? false
  }

  private static func reply(_ key: AccessKey, until end: Timestamp) -> Reply {
    .json(
      status: 200,
      [
        "credential": [
          "access": .string(key.access), "secret": .string(key.secret.reveal()),
          "expires_at": .string(end.microseconds),
          "securitytoken": .string(key.securityToken?.reveal() ?? ""),
        ]
      ])
  }
}

import CloudAPI

/// What keys beside the id in the cloud's reply say of the job.
package struct ReplyHints: Sendable, Hashable {
  /// Counts for a service whose jobs are about an instance.
  var instanceID: String?
  var taskID: String?
  /// A key that only replies of some services have, and those services.
  private var clue: Clue?

  private struct Clue: Sendable, Hashable {
    var key: FieldPath
    var services: [CloudService]
  }

  /// The services whose replies have the most such keys come first.
  private static let clues: [Clue] = {
    let services = CloudService.all.sorted { $0.replyKeys.count > $1.replyKeys.count }
    return services.flatMap(\.replyKeys).map { key in
      Clue(key: key, services: services.filter { $0.replyKeys.contains(key) })
    }
  }()

  /// Nil where they say nothing.
  init?(_ fields: [String: SpoolField]) {
    if case .text(let text) = fields["instance_id"] { instanceID = text }
    if case .text(let text) = fields["task_id"] { taskID = text }
    // The key of the fewest services says most.
    clue = Self.clues.filter { Self.has($0.key, fields) }.min { $0.services.count < $1.services.count }
    if instanceID == nil, taskID == nil, clue == nil { return nil }
  }

  private static func has(_ key: FieldPath, _ fields: [String: SpoolField]) -> Bool {
    guard let parent = key.parent else { return fields[key.name, default: .null] != .null }
    guard case .object(let inner) = fields[parent] else { return false }
    return inner[key.name] != nil
  }

  /// Why the service that is asked where none was named may be the wrong one, with the cure.
  func doubt(of service: String) -> String? {
    guard let clue, !clue.services.contains(where: { $0.name == service }) else { return nil }
    let names = clue.services.map(\.name)
    let list = names.joined(separator: ", ")
    return "no service is named, so \(service) is asked, but \"\(clue.key.parent ?? clue.key.name)\" beside the id "
      + "speaks for \(names.count == 1 ? list : "one of \(list)"): "
      + "submit it again with its service (--service \(names[0])) if that is right"
  }
}

/// Keys beside the id in the cloud's reply that say something of the job once its service is known.
package struct ReplyHints: Sendable, Hashable {
  /// For a service with jobs of an instance.
  var instanceID: String?
  var taskID: String?
  /// The key that only replies of some services have, and those services; nil: there is none.
  private var clue: Clue?

  private struct Clue: Sendable, Hashable {
    var key: String
    var services: [String]
  }

  private static let databases = ["rds", "taurusdb", "gaussdb", "dds", "geminidb"]
  /// Keys that only the replies of these services have beside the id.
  private static let clues: [Clue] = [
    Clue(key: "volume_ids", services: ["evs"]), Clue(key: "volume_id", services: ["evs"]),
    Clue(key: "image_id", services: ["ims"]), Clue(key: "publicip_ids", services: ["eip"]),
    Clue(key: "publicips", services: ["eip"]), Clue(key: "publicip", services: ["eip"]),
    Clue(key: "protected_instance", services: ["sdrs"]),
    Clue(key: "protected_instance_id", services: ["sdrs"]),
    Clue(key: "server_group_id", services: ["sdrs"]),
    Clue(key: "dedicated_host_ids", services: ["deh"]),
    Clue(key: "datastore", services: databases),
    Clue(key: "instance_id", services: databases + ["ddm", "dcs"]),
    Clue(key: "instances", services: databases + ["ddm", "dcs"]),
    Clue(key: "apiVersion", services: ["cce"]),
  ]

  /// Nil: nothing does.
  init?(_ fields: [String: SpoolField]) {
    if case .text(let text) = fields["instance_id"] { instanceID = text }
    if case .text(let text) = fields["task_id"] { taskID = text }
    clue = Self.clues.first { fields[$0.key] != nil && fields[$0.key] != .null }
    if case .object(let instance) = fields["instance"], clue == nil {
      clue = Clue(
        key: "instance",
        services: Self.databases + (instance["datastore"] == nil ? ["ddm", "dcs"] : []))
    }
    if case .object(let job) = fields["job"], clue == nil,
      job["created"] != nil || job["process"] != nil
    {
      clue = Clue(key: "job", services: Self.databases)
    }
    if instanceID == nil, taskID == nil, clue == nil { return nil }
  }

  /// Why the service that is asked where none was named may be the wrong one, with the cure.
  func doubt(of service: String) -> String? {
    guard let clue, !clue.services.contains(service) else { return nil }
    let names = clue.services.joined(separator: ", ")
    let others = clue.services.count == 1 ? names : "one of \(names)"
    return
      "no service is named, so \(service) is asked, but \"\(clue.key)\" beside the id speaks for \(others): "
      + "submit it again with its service (--service \(clue.services[0])) if that is right"
  }
}

/// What keys beside the id in the cloud's reply say of the job.
package struct ReplyHints: Sendable, Hashable {
  /// Counts for a service whose jobs are about an instance.
  var instanceID: String?
  var taskID: String?
  /// A key that only replies of some services have, and those services.
  private var clue: Clue?

  private struct Clue: Sendable, Hashable {
    var key: String
    var services: [String]
  }

  private static let databases = ["rds", "taurusdb", "gaussdb", "dds", "geminidb"]
  /// Keys that only the replies of these services have beside the id.
  private static let clues: KeyValuePairs<String, [String]> = [
    "volume_ids": ["evs"], "volume_id": ["evs"], "image_id": ["ims"], "publicip_ids": ["eip"],
    "publicips": ["eip"], "publicip": ["eip"], "protected_instance": ["sdrs"],
    "protected_instance_id": ["sdrs"], "server_group_id": ["sdrs"], "dedicated_host_ids": ["deh"],
    "datastore": databases, "instance_id": databases + ["ddm", "dcs"],
    "instances": databases + ["ddm", "dcs"], "apiVersion": ["cce"],
  ]

  /// Nil where they say nothing.
  init?(_ fields: [String: SpoolField]) {
    if case .text(let text) = fields["instance_id"] { instanceID = text }
    if case .text(let text) = fields["task_id"] { taskID = text }
    clue = Self.clues.first { fields[$0.key, default: .null] != .null }
      .map { Clue(key: $0.key, services: $0.value) }
    if case .object(let instance) = fields["instance"], clue == nil {
      clue = Clue(key: "instance", services: Self.databases + (instance["datastore"] == nil ? ["ddm", "dcs"] : []))
    }
    if case .object(let job) = fields["job"], clue == nil, job["created"] != nil || job["process"] != nil {
      clue = Clue(key: "job", services: Self.databases)
    }
    if instanceID == nil, taskID == nil, clue == nil { return nil }
  }

  /// Why the service that is asked where none was named may be the wrong one, with the cure.
  func doubt(of service: String) -> String? {
    guard let clue, !clue.services.contains(service) else { return nil }
    let names = clue.services.joined(separator: ", ")
    let others = clue.services.count == 1 ? names : "one of \(names)"
    return "no service is named, so \(service) is asked, but \"\(clue.key)\" beside the id speaks for \(others): "
      + "submit it again with its service (--service \(clue.services[0])) if that is right"
  }
}

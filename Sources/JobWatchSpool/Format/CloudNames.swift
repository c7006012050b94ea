import CloudAPI
import JobWatchCore

/// Keys of a cloud's reply with the names of ours: `"service": "MySQL"`, `"account": "123456"`.
package enum CloudNames {
  /// Removes values that resemble no known name, and returns a note for each.
  /// - Parameter rules: nil: accounts and channels are not known, and stay.
  package static func leave(_ submission: inout SpoolSubmission, _ rules: SpoolRules?) -> [String] {
    guard submission.hasCloudNames else { return [] }
    submission.hasCloudNames = false
    var notes: [String] = []
    let services = rules?.services ?? CloudService.all.map(\.name)
    if let name = submission.service, isForeign(name, services) {
      notes.append(note("service", name))
      submission.service = nil
    }
    guard let rules else { return notes }
    if let name = submission.account, isForeign(name, rules.accounts) {
      notes.append(note("account", name))
      submission.account = nil
    }
    for name in submission.channels where isForeign(name, rules.channels) {
      notes.append(note("channel", name))
      submission.channels.removeAll { $0 == name }
    }
    return notes
  }

  private static func isForeign(_ name: String, _ known: [String]) -> Bool {
    !known.contains(name) && NearestName.to(name, among: known) == nil
  }

  private static func note(_ noun: String, _ name: String) -> String {
    "the \(noun) \"\(SpoolSubmission.shown(name))\" of the reply is left alone, for none of that name is known here"
  }
}

import JobWatchCore

/// A service that runs asynchronous jobs, as data: everything that sets it apart from the others. Each family of
/// services is one file of this folder.
///
/// A class, because each query carries its service: a reference is cheaper than a copy of all this.
package final class CloudService: Sendable {
  package static let all = jobFramework + [dcs] + databases + [ddm, cce]

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  package static func named(_ name: String) -> CloudService? { byName[name] }

  package let name: String
  package let address: AddressTemplate
  /// Where to ask for the progress of a background task, if the service tells it.
  package let progressAddress: AddressTemplate?
  package let layout: RecordLayout
  /// The documented status words in their documented spelling, with their meanings.
  package let vocabulary: [String: JobState]
  /// The same by `StatusWord.form`.
  private let meanings: [String: JobState]
  /// Error codes that say that there is no such job; the usual one comes first.
  package let absentCodes: [String]
  /// Keys that the reply to the call which begins a job has beside its id, and replies of few other services.
  package let replyKeys: [FieldPath]
  /// How long the service documents to keep a job's record.
  package let retention: RetentionPolicy
  let hosts: ServiceHosts

  init(
    _ name: String, _ address: AddressTemplate, progress: AddressTemplate? = nil,
    _ layout: RecordLayout = RecordLayout(), words: [String: JobState], absent: [String],
    replies: [FieldPath] = [], kept retention: RetentionPolicy = RetentionPolicy(), hosts: ServiceHosts
  ) {
    self.name = name
    self.address = address
    progressAddress = progress
    self.layout = layout
    vocabulary = words
    meanings = Dictionary(words.map { (StatusWord($0).form, $1) }) { first, _ in first }
    absentCodes = absent
    replyKeys = replies
    self.retention = retention
    self.hosts = hosts
  }

  /// The meaning of a status word: as the service documents it, else what the word says by itself. Nil for any other
  /// word, which is reported and changes nothing.
  func state(of word: String) -> JobState? {
    if let state = vocabulary[word] { return state }
    let word = StatusWord(word)
    return meanings[word.form] ?? word.state
  }

  /// Path and query of the address of one job, percent-encoded.
  package func target(projectID: String, jobID: String) -> String {
    address.target(["{project_id}": projectID, "{job_id}": jobID])
  }

  /// Whether the service tells the progress of background tasks. Only for its jobs a submission may name a task.
  package var hasTasks: Bool { progressAddress != nil }
}

extension CloudService: Hashable {
  package static func == (left: CloudService, right: CloudService) -> Bool { left === right }

  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

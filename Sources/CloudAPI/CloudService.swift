import JobWatchCore

/// A service that runs asynchronous jobs, as data: all that sets one apart from another. The table is
/// in `ServiceTable.swift`; a new service is one entry there, and one body in the tests.
///
/// A class, so that a question carries one reference and not a copy of all this.
package final class CloudService: Sendable {
  /// Where the id of the job stands in the address of the question.
  enum Address: Sendable {
    /// `PREFIX/{project_id}/jobs/{job_id}`
    case path(String)
    /// `PREFIX/{project_id}/jobs?id={job_id}`
    case query(String)
  }

  /// As in a job's key and the configuration.
  package let name: String
  let address: Address
  /// Where in an answer the record is, and what its members are called.
  let layout: RecordLayout
  /// What each of its documented status words means, in their documented spelling.
  package let vocabulary: [String: JobState]
  /// The same, by the form in which words are compared.
  private let meanings: [String: JobState]
  /// Error codes that say that there is no such job.
  package let absentCodes: Set<String>
  /// How long it documents to keep a job's record.
  package let retention: RetentionPolicy
  let hosts: ServiceHosts

  init(
    _ name: String, _ address: Address, _ layout: RecordLayout, words: [String: JobState],
    absent: Set<String>, kept retention: RetentionPolicy = RetentionPolicy(), hosts: ServiceHosts
  ) {
    self.name = name
    self.address = address
    self.layout = layout
    vocabulary = words
    meanings = Dictionary(
      words.map { (StatusWord($0).form, $1) }, uniquingKeysWith: { first, _ in first })
    absentCodes = absent
    self.retention = retention
    self.hosts = hosts
  }

  /// What a status word means: as the service documents it, else what it says by itself. Nil for any other word,
  /// which is reported and changes nothing.
  package func state(of word: String) -> JobState? {
    if let state = vocabulary[word] { return state }
    let word = StatusWord(word)
    return meanings[word.form] ?? word.state
  }

  /// The path to ask for one job, percent-encoded.
  package func path(projectID: String, jobID: String) -> String {
    let project = PercentEncoding.encode(projectID)
    return switch address {
    case .path(let prefix): "\(prefix)/\(project)/jobs/\(PercentEncoding.encode(jobID))"
    case .query(let prefix): "\(prefix)/\(project)/jobs"
    }
  }

  /// What follows the path, not encoded.
  package func query(jobID: String) -> [(name: String, value: String)] {
    switch address {
    case .path: []
    case .query: [("id", jobID)]
    }
  }
}

import CloudAPI
import JobWatchCore

/// Finds the jobs that a stream of anything names: the debug log of Terraform, an SDK, KooCLI or OpenStack's client, or
/// what `curl -v` prints.
///
/// A job is named by the URL of a query for it, or by a `job_id` in what follows a call that begins jobs (POST, PUT,
/// DELETE) of one of the services. Ids in the answer to a query are not taken: they may be those of sub-jobs. Nothing of
/// the stream is kept but its last quarter of a megabyte and the ids that were found.
package struct JobScanner {
  /// The end of the stream so far. What is before `scanned` was looked at, and says what later ids belong to.
  private var buffer: [UInt8] = []
  private var scanned = 0
  /// Behind the last newline.
  private var lines = 0
  /// Requests were looked for up to here: only where an id stands in a body.
  private var searched = 0
  private var request: (address: JobAddress, beginsJobs: Bool)?
  private var known: Set<String> = []

  /// How far before an id its request may stand.
  private static let memory = 262_144
  /// A longer line is looked at in pieces.
  private static let lineLimit = 1_048_576
  private static let names = ["job_id", "jobId", "jobID", "JobId"].map { Array($0.utf8) }

  package init() {}

  /// - Parameters:
  ///   - bytes: what comes next; whole lines are looked at, the rest with what follows it.
  ///   - isEnd: nothing follows.
  ///   - found: called with the URL of each job's query, once for each id.
  package mutating func scan(_ bytes: some Collection<UInt8>, isEnd: Bool = false, found: (JobAddress) -> Void) {
    let before = buffer.count
    buffer += bytes
    if let last = buffer[before...].lastIndex(of: UInt8(ascii: "\n")) { lines = last + 1 }
    let isOverlong = buffer.count - max(lines, scanned) > Self.lineLimit
    look(upTo: isEnd ? buffer.count : isOverlong ? buffer.count - ScannedText.reach : lines, isEnd, found)
    // Moved seldom, because it is long.
    guard scanned > 4 * Self.memory else { return }
    let gone = scanned - Self.memory
    buffer.removeFirst(gone)
    (scanned, searched, lines) = (Self.memory, max(searched - gone, 0), max(lines - gone, 0))
  }

  private mutating func look(upTo end: Int, _ isEnd: Bool, _ found: (JobAddress) -> Void) {
    let buffer = buffer
    buffer.withUnsafeBytes { bytes in
      let text = ScannedText(bytes: bytes, end: end, isWhole: isEnd)
      var (small, large) = (text.first("j", from: scanned), text.first("J", from: scanned))
      while let place = [small, large].compactMap(\.self).min() {
        if place == small { small = text.first("j", from: place + 1) } else { large = text.first("J", from: place + 1) }
        switch job(at: place, in: text) {
        case .unclear:
          scanned = place
          return
        case .named(let address):
          if let id = address.anyQuery?.jobID, known.insert(id).inserted { found(address) }
        case nil: break
        }
      }
      scanned = max(scanned, end)
    }
  }

  private enum Sighting {
    case named(JobAddress)
    /// What follows will tell.
    case unclear
  }

  private mutating func job(at place: Int, in text: ScannedText) -> Sighting? {
    if text.has("jobs", at: place), text.byte(place - 1) == UInt8(ascii: "/") {
      let url = text.url(around: place)
      if let address = url.address { return address.anyQuery == nil ? nil : .named(address) }
      guard text.isRequestLine(url) else { return nil }
      switch text.host(behind: url) {
      case .some(let host?):
        return JobAddress("https://\(host)\(url.text)").flatMap { $0.anyQuery == nil ? nil : .named($0) }
      case .some(nil): return nil
      case nil: return .unclear
      }
    }
    guard let name = Self.names.first(where: { text.has($0, at: place) }), let id = text.value(of: name, at: place)
    else { return nil }
    findRequest(before: place, in: text)
    guard let request, request.beginsJobs else { return nil }
    return request.address.query(forJob: id).map(Sighting.named)
  }

  /// The last request before an id. Each part of the stream is searched once.
  private mutating func findRequest(before place: Int, in text: ScannedText) {
    if place - searched > Self.memory { (searched, request) = (place - Self.memory, nil) }
    while let colon = text.first(":", from: searched), colon < place {
      searched = colon + 1
      if let found = text.request(at: colon) { request = found }
    }
    searched = place
  }
}

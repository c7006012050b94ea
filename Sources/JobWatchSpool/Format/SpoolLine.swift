/// A plain line of a spool file: `job_id` or `service job_id`, where a job's URL may stand for its id.
enum SpoolLine {
  static func submission(_ line: Substring) throws(Unacceptable) -> SpoolSubmission {
    let words = line.split { $0 == " " || $0 == "\t" }.map(unquoted)
    switch words.count {
    case 1: return SpoolSubmission(word: words[0])
    case 2: return SpoolSubmission(word: words[1], service: words[0])
    default:
      throw Unacceptable("must be \"job_id\" or \"service job_id\": use JSON for labels and more")
    }
  }

  /// As it stands in a list or a program: in quotes, with a comma behind.
  private static func unquoted(_ word: Substring) -> String {
    var word = word
    if word.count > 1, word.last == "," { word.removeLast() }
    if word.count > 2, let quote = word.first, quote == "\"" || quote == "'", word.last == quote {
      word = word.dropFirst().dropLast()
    }
    return String(word)
  }
}

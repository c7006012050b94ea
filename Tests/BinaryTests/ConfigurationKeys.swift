import CloudAPI
import JobWatchConfiguration

/// A name that is near to none.
enum Nonsense {
  static let word = String(repeating: "z", count: 40)
}

/// Every key that a configuration may have and the range of its values, found out by writing what cannot be: the
/// refusals name what is known.
struct ConfigurationKeys {
  /// By path, as in `accounts.quota.calls`; nil where a value has no range. Of the services, which stand for each
  /// other, no path has a name.
  private(set) var ranges: [String: String?] = [:]
  /// The forms of a secret.
  private(set) var secretForms: Set<String> = []

  private static let services = CloudService.all.map(\.name)

  /// Where in a file a value stands: what the file is with that value there.
  private typealias Place = (String) -> String

  init() { look([]) { $0 } }

  private mutating func look(_ path: [String], _ place: Place) {
    var isSection = false
    for (start, end) in [("{", "}"), ("[{", "}]")] {
      let keys = Self.known(place("\(start)\(Nonsense.word): 1\(end)"))
      if keys == ["credential", "env", "file"] {
        secretForms = keys
        continue
      }
      for key in keys.subtracting(Self.services.dropFirst()).sorted() {
        isSection = true
        look(Self.services.contains(key) ? path : path + [key]) {
          place("\(start)\(key): \($0)\(end)")
        }
      }
    }
    let range = isSection ? nil : ["99999d", "[99999d]"].compactMap { Self.range(place($0)) }.first
    if !path.isEmpty { ranges.updateValue(range, forKey: path.joined(separator: ".")) }
  }

  private static func known(_ file: String) -> Set<String> {
    let list = refusal(of: file).firstMatch(of: /unknown key; known: (.*)/)?.1 ?? ""
    return Set(list.split(separator: ", ").map(String.init))
  }

  private static func range(_ file: String) -> String? {
    let pattern = /must be (?:a whole number, |a number, )?(\S+ to [^\s,]+), not/
    return refusal(of: file).firstMatch(of: pattern).map { String($0.1) }
  }

  private static func refusal(of file: String) -> String {
    do {
      _ = try ConfigurationFile.decode(Array(file.utf8), path: "")
      return ""
    } catch {
      return error.description
    }
  }
}

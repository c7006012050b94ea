import JobWatchCore
import Yams

/// The keys below one key of the file. A key that is not known is noted with the nearest that is.
struct Section {
  let setting: Setting
  private var values: [String: Setting] = [:]

  init(_ mapping: Node.Mapping, of setting: Setting, known: [String]) {
    self.setting = setting
    for (key, value) in mapping {
      let name = key.scalar?.string ?? ""
      let path = setting.path(of: name, among: known)
      if known.contains(name) {
        values[name] = Setting(node: value, path: path, notes: setting.notes)
        setting.notes.see(path, at: key.mark)
      } else {
        let place = Setting(node: key, path: path, notes: setting.notes)
        place.fail("unknown key; \(Self.hint(name, among: known))")
      }
    }
  }

  private static func hint(_ name: String, among known: [String]) -> String {
    name == "<<"
      ? "merge keys are not supported: write the keys out"
      : NearestName.hint(name, among: known)
  }

  /// Nil when the key is absent.
  subscript(key: String) -> Setting? { values[key] }

  var isEmpty: Bool { values.isEmpty }

  /// Notes the absence, with what to write.
  func required(_ key: String, _ cure: String) -> Setting? {
    if let value = values[key] { return value }
    setting.fail("\(key) is missing: \(cure)")
    return nil
  }
}

/// Puts a value that could be read in its place, and leaves the default there otherwise.
func set<Value>(_ place: inout Value, _ value: Value?) {
  if let value { place = value }
}

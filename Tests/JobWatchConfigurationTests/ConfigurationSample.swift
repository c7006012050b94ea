/// A configuration as a tree, to put something else in the place of any of its parts.
indirect enum ConfigurationSample: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  case text(String)
  case list([ConfigurationSample])
  case keys([(key: String, value: ConfigurationSample)])

  init(stringLiteral text: String) { self = .text(text) }
  init(arrayLiteral entries: ConfigurationSample...) { self = .list(entries) }
  init(dictionaryLiteral entries: (String, ConfigurationSample)...) {
    self = .keys(entries.map { ($0.0, $0.1) })
  }

  /// A place in the file: its key path, what is written there, and the file with something else there.
  struct Place {
    var path: String
    var original: ConfigurationSample
    var file: (String) -> String
  }

  /// One line, but for the keys of the file, of which each begins one.
  var file: String {
    guard case .keys(let entries) = self else { return yaml }
    return entries.map { "\($0.key): \($0.value.yaml)\n" }.joined()
  }

  var yaml: String {
    switch self {
    case .text(let text): text
    case .list(let entries): "[\(entries.map(\.yaml).joined(separator: ", "))]"
    case .keys(let entries):
      "{\(entries.map { "\($0.key): \($0.value.yaml)" }.joined(separator: ", "))}"
    }
  }

  /// Every place, that of the whole among them.
  var places: [Place] {
    [Place(path: "", original: self) { $0 }] + places("") { $0.file }
  }

  private func places(_ path: String, _ whole: @escaping (ConfigurationSample) -> String) -> [Place] {
    parts.flatMap { name, part, replacing in
      let path = path + (path.isEmpty ? name.dropFirst() : name[...])
      let file: (ConfigurationSample) -> String = { whole(replacing($0)) }
      return [Place(path: path, original: part) { file(.text($0)) }] + part.places(path, file)
    }
  }

  private typealias Part = (
    name: String, part: ConfigurationSample, replacing: (ConfigurationSample) -> ConfigurationSample
  )

  private var parts: [Part] {
    switch self {
    case .text: []
    case .list(let entries):
      entries.enumerated().map { index, entry in
        ("[\(index)]", entry, { .list(entries.with($0, at: index)) })
      }
    case .keys(let entries):
      entries.enumerated().map { index, entry in
        (".\(entry.key)", entry.value, { .keys(entries.with((entry.key, $0), at: index)) })
      }
    }
  }
}

extension Array {
  fileprivate func with(_ element: Element, at index: Int) -> [Element] {
    var copy = self
    copy[index] = element
    return copy
  }
}

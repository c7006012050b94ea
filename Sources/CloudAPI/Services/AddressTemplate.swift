/// The address of a query as the service's page writes it: `/v3/{project_id}/jobs?id={job_id}`.
struct AddressTemplate: ExpressibleByStringLiteral, Sendable {
  private let segments: [String]
  private let parameter: (name: String, value: String)?

  init(stringLiteral text: String) {
    let sides = text.split(separator: "?", maxSplits: 1)
    segments = sides[0].split(separator: "/").map(String.init)
    let pair = sides.dropFirst().first?.split(separator: "=").map(String.init)
    parameter = pair.map { ($0[0], $0[1]) }
  }

  /// Percent-encoded, with `values` in place of the names in braces.
  func path(_ values: [String: String]) -> String {
    segments.map { "/" + PercentEncoding.encode(values[$0] ?? $0) }.joined()
  }

  /// The parameters, not encoded.
  func query(_ values: [String: String]) -> [(name: String, value: String)] {
    parameter.map { [($0.name, values[$0.value] ?? "")] } ?? []
  }

  /// The parts of an address that stand in place of the names in braces; nil for an address of another form.
  func values(in path: [String], _ parameters: [String: String]) -> [String: String]? {
    guard path.count == segments.count else { return nil }
    var values: [String: String] = [:]
    for (name, part) in zip(segments, path) {
      if name.hasPrefix("{") { values[name] = part } else if name != part { return nil }
    }
    if let parameter { values[parameter.value] = parameters[parameter.name] }
    return values
  }
}

import JobWatchCore

/// The URL of a query for one job, in its parts, as a person copies it from a log or a tool:
/// `https://HOST[:PORT]/v1/PROJECT/jobs/ID`, or the address of another service, with or without more parameters.
package struct JobAddress: Sendable, Hashable {
  package let text: String
  /// In lower case, with the port unless it is the scheme's own.
  package let host: String
  private let segments: [String]
  private let parameters: [String: String]

  /// Nil for what is no URL.
  package init?(_ text: String) {
    let schemes = [("https://", ":443"), ("http://", ":80")]
    guard let (scheme, port) = schemes.first(where: { text.lowercased().hasPrefix($0.0) }) else { return nil }
    self.text = text
    let rest = text.dropFirst(scheme.count).prefix { $0 != "#" }
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let host = rest[..<end].lowercased()
    self.host = host.hasSuffix(port) ? String(host.dropLast(port.count)) : host
    let parts = rest[end...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    segments = (parts.first ?? "").split(separator: "/")
      .map { String(decoding: PercentEncoding.decode($0), as: UTF8.self) }
    let pairs = PercentEncoding.pairs(parts.count > 1 ? parts[1] : "").map { ($0.name, $0.value) }
    parameters = Dictionary(pairs) { _, last in last }
  }

  package struct Query: Sendable, Hashable {
    package let projectID: String
    package let jobID: String
  }

  /// Nil for what is no query of `service` for one job.
  package func query(of service: CloudService) -> Query? {
    guard let values = service.address.values(in: segments, parameters),
      let project = values["{project_id}"], let id = values["{job_id}"], JobKey.isJobID(id)
    else { return nil }
    return Query(projectID: project, jobID: id)
  }

  /// By its path alone; nil for what is no query of any service for one job.
  package var anyQuery: Query? { CloudService.all.lazy.compactMap(query).first }

  /// The URL of the query for a job that a call to this one began; nil where the host is of no known service, or no project
  /// is in the path.
  package func query(forJob id: String) -> JobAddress? {
    // `/v1/PROJECT/…`, or `/api/v3/projects/PROJECT/…`.
    let place = segments.firstIndex(of: "projects") ?? 0
    guard JobKey.isJobID(id), let service = places.first?.service, segments.indices.contains(place + 1)
    else { return nil }
    let target = service.address.target(["{project_id}": segments[place + 1], "{job_id}": id])
    return JobAddress("https://\(host)\(target)")
  }

  package typealias Place = (service: CloudService, region: String)

  /// The services that answer at this host: several if they share it.
  package var places: [Place] {
    let listed = Endpoints.regions.flatMap { region in
      CloudService.all.filter { service in
        Endpoints.defaultEndpoint(service: service.name, region: region)
          .map { Self.bare($0.dropFirst("https://".count)) == Self.bare(host[...]) } ?? false
      }.map { (service: $0, region: region) }
    }
    return listed.isEmpty ? likely : listed
  }

  /// With one domain for both of Huawei Cloud's, because a region may have its hosts under either.
  private static func bare(_ host: Substring) -> Substring {
    let domain = ".myhuaweicloud.eu"
    return host.hasSuffix(domain) ? host.dropLast(domain.count) + ".myhuaweicloud.com" : host
  }

  /// By the form `SERVICE.REGION.DOMAIN`, for a region that is not listed.
  private var likely: [Place] {
    let domains = [
      ".myhuaweicloud.com", ".myhuaweicloud.eu", ".sc.otc.t-systems.com", ".otc.t-systems.com",
    ]
    guard let domain = domains.first(where: host.hasSuffix) else { return [] }
    let parts = host.dropLast(domain.count).split(separator: ".").map(String.init)
    guard parts.count == 2 else { return [] }
    let isTelekom = domain.hasSuffix("t-systems.com")
    return CloudService.all.filter { $0.hosts.names(isTelekom: isTelekom).contains(parts[0]) }
      .map { (service: $0, region: parts[1]) }
  }
}

/// The address of a query as the service's page writes it: `/v3/{project_id}/jobs?id={job_id}`.
package struct AddressTemplate: ExpressibleByStringLiteral, Sendable {
  private let segments: [String]
  private let parameter: (name: String, value: String)?

  package init(stringLiteral text: String) {
    let sides = text.split(separator: "?", maxSplits: 1)
    segments = sides[0].split(separator: "/").map(String.init)
    let pair = sides.dropFirst().first?.split(separator: "=").map(String.init)
    parameter = pair.map { ($0[0], $0[1]) }
  }

  /// Path and query, percent-encoded, with `values` in place of the names in braces.
  func target(_ values: [String: String]) -> String {
    let path = segments.map { "/" + PercentEncoding.encode(values[$0] ?? $0) }.joined()
    guard let parameter else { return path }
    return "\(path)?" + PercentEncoding.query([(parameter.name, values[parameter.value] ?? "")])
  }

  /// The parts of an address that stand in place of the names in braces; nil for an address of another form.
  package func values(in path: [String], _ parameters: [String: String]) -> [String: String]? {
    guard path.count == segments.count else { return nil }
    var values: [String: String] = [:]
    for (name, part) in zip(segments, path) {
      if name.hasPrefix("{") { values[name] = part } else if name != part { return nil }
    }
    if let parameter { values[parameter.value] = parameters[parameter.name] }
    return values
  }
}

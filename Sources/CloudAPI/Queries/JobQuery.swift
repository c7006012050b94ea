import JobWatchCore

/// The query for one job, with all that it takes to ask.
package struct JobQuery: Sendable {
  package var service: CloudService
  /// `https://host` or `https://host:port`, without a path.
  package var endpoint: String
  package var projectID: String
  package var jobID: String
  package var credential: Credential
  /// The signature's date: now by the cloud's clock, as far as it is known.
  package var signingTime: Timestamp

  package init(
    service: CloudService, endpoint: String, projectID: String, jobID: String,
    credential: Credential, signingTime: Timestamp
  ) {
    self.service = service
    self.endpoint = endpoint
    self.projectID = projectID
    self.jobID = jobID
    self.credential = credential
    self.signingTime = signingTime
  }

  /// The request, signed or with its token; nil if `endpoint` is not of the form above.
  var request: HTTPRequest? {
    request(service.target(projectID: projectID, jobID: jobID))
  }

  /// The same for another path of the service, with its query, percent-encoded.
  func request(_ target: String) -> HTTPRequest? {
    EndpointAddress(endpoint).map { address in
      credential.request(address, target, projectID: projectID, at: signingTime).identified
    }
  }

  var endpointProblem: String { "the endpoint of \(service.name) is not of the form https://host[:port]" }

  func classifier(of id: String) -> AnswerClassifier {
    AnswerClassifier(service: service, jobID: id, now: signingTime, confidential: credential.confidential)
  }
}

/// `https://host` or `https://host:port`, without a path, in its parts.
struct EndpointAddress: Sendable, Hashable {
  let scheme: String
  /// With the port, as in the `Host` header.
  let host: String

  /// Nil for any other form, and for a port that is none: the HTTP client ends the process over one above 65535.
  init?(_ endpoint: String) {
    guard let scheme = ["https", "http"].first(where: { endpoint.hasPrefix("\($0)://") }) else { return nil }
    var host = endpoint.dropFirst(scheme.count + 3)
    if host.hasSuffix("/") { host.removeLast() }
    // A signature does not cover what stands behind the host, nor a password before it.
    let isBare = host.utf8.allSatisfy {
      (0x21...0x7e).contains($0) && !"/?#@\\".utf8.contains($0)
    }
    guard !host.isEmpty, isBare else { return nil }
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      let port = host[colon...].dropFirst()
      guard port.isEmpty || (UInt16(port) ?? 0) > 0 else { return nil }
    }
    self.scheme = scheme
    self.host = String(host)
  }

  func url(_ target: String) -> String { "\(scheme)://\(host)\(target)" }
}

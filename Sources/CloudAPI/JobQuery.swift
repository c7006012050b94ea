import JobWatchCore

/// The question for one job, with all that it takes to ask.
package struct JobQuery: Sendable {
  package var service: CloudService
  /// `https://host` or `https://host:port`, without a path.
  package var endpoint: String
  package var projectID: String
  package var jobID: String
  package var credential: Credential
  /// Now by the cloud's clock, as far as it is known: the signature's date.
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
  func request(userAgent: String) -> HTTPRequest? {
    guard let (scheme, host) = Self.parts(of: endpoint) else { return nil }
    var request = SignableRequest(
      scheme: scheme, host: host, path: service.path(projectID: projectID, jobID: jobID),
      headers: [("Host", host)])
    authorize(&request)
    // Not signed: a proxy may rewrite them, and need not break the signature by it.
    request.headers.append(("User-Agent", userAgent))
    request.headers.append(("Accept", "application/json"))
    return HTTPRequest(url: request.url, headers: request.headers)
  }

  private func authorize(_ request: inout SignableRequest) {
    let project = ("X-Project-Id", projectID)
    switch credential {
    case .accessKey(let key):
      request.headers.append(project)
      if let token = key.securityToken {
        request.headers.append(("X-Security-Token", token.reveal()))
      }
      Signer(key: key, form: .access).sign(&request, at: signingTime)
    case .legacyAccessKey(let key):
      Signer(key: key, form: .credential()).sign(&request, at: signingTime)
      // After signing, as the tools that use this form do (cloud-api, section 3c).
      request.headers.append(project)
      if let token = key.securityToken {
        request.headers.append(("X-Security-Token", token.reveal()))
      }
    case .token(let token):
      request.headers.append(project)
      request.headers.append(("X-Auth-Token", token.reveal()))
    }
  }

  private static func parts(of endpoint: String) -> (scheme: String, host: String)? {
    for scheme in ["https", "http"] where endpoint.hasPrefix("\(scheme)://") {
      var host = endpoint.dropFirst(scheme.count + 3)
      if host.hasSuffix("/") { host.removeLast() }
      // Anything behind the host, or a password before it, is not what a signature covers.
      let isBare = host.utf8.allSatisfy {
        (0x21...0x7e).contains($0) && !"/?#@\\".utf8.contains($0)
      }
      return host.isEmpty || !isBare ? nil : (scheme, String(host))
    }
    return nil
  }
}

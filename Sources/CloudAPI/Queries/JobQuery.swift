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
    request(
      path: service.path(projectID: projectID, jobID: jobID), query: service.query(jobID: jobID),
      userAgent: userAgent)
  }

  /// The same for another path of the service, percent-encoded.
  func request(
    path: String, query: [(name: String, value: String)] = [], userAgent: String
  ) -> HTTPRequest? {
    guard let address = EndpointAddress(endpoint) else { return nil }
    var request = SignableRequest(
      scheme: address.scheme, host: address.host, path: path, query: query,
      headers: [("Host", address.host)])
    RequestAuthorization(credential, projectID: projectID, at: signingTime).authorize(&request)
    // Not signed: a proxy may rewrite them, and need not break the signature by it.
    request.headers.append(("User-Agent", userAgent))
    request.headers.append(("Accept", "application/json"))
    return HTTPRequest(url: request.url, headers: request.headers)
  }
}

import JobWatchCore

/// What makes a request prove its right: the one place where requests are signed or get their
/// token.
struct RequestAuthorization: Sendable {
  let credential: Credential
  /// Nil for a question that is about no project, as what the id of a project is.
  let projectID: String?
  /// The signature's date, by the cloud's clock as far as it is known.
  let signingTime: Timestamp

  init(_ credential: Credential, projectID: String? = nil, at signingTime: Timestamp) {
    self.credential = credential
    self.projectID = projectID
    self.signingTime = signingTime
  }

  func authorize(_ request: inout SignableRequest) {
    let project = projectID.map { [("X-Project-Id", $0)] } ?? []
    switch credential {
    case .accessKey(let key):
      request.headers += project + Self.securityToken(key)
      Signer(key: key, form: .access).sign(&request, at: signingTime)
    case .legacyAccessKey(let key):
      Signer(key: key, form: .credential()).sign(&request, at: signingTime)
      // After signing, as the tools that use this form do (cloud-api, section 3c).
      request.headers += project + Self.securityToken(key)
    case .token(let token):
      request.headers += project + [("X-Auth-Token", token.reveal())]
    }
  }

  private static func securityToken(_ key: AccessKey) -> [(String, String)] {
    key.securityToken.map { [("X-Security-Token", $0.reveal())] } ?? []
  }
}

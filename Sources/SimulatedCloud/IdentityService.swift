/// The services that hand out credentials, on the port of the job APIs: the endpoints `iam` and `metadata`.
package enum IdentityService: String, Sendable, Hashable, CaseIterable {
  /// `POST /v3/auth/tokens` and `GET /v3/projects?name=` .
  case iam
  /// `PUT /meta-data/latest/api/token` and `GET /openstack/latest/securitykey`.
  case metadata

  /// Nil for a path of neither.
  init?(path: String) {
    switch path {
    case "/v3/auth/tokens", "/v3/projects": self = .iam
    case "/meta-data/latest/api/token", "/openstack/latest/securitykey": self = .metadata
    default: return nil
    }
  }
}

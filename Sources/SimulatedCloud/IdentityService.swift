/// What hands out credentials, on the port of the job APIs: the endpoints `iam` and `metadata`.
package enum IdentityService: String, Sendable, Hashable, CaseIterable {
  /// `POST /v3/auth/tokens` and `GET /v3/projects?name=` (cloud-api, section 3d and 3f).
  case iam
  /// `PUT /meta-data/latest/api/token` and `GET /openstack/latest/securitykey` (cloud-api, section
  /// 3e).
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

/// What the body of a successful login says of the token, which itself is in a header.
struct TokenReply: Decodable {
  struct Token: Decodable {
    var expiresAt: String?
    var project: Project?

    enum CodingKeys: String, CodingKey {
      case expiresAt = "expires_at"
      case project
    }
  }

  struct Project: Decodable {
    var id: String?
  }

  var token: Token
}

/// A user of IAM who logs in with a password.
package struct PasswordUser: Sendable, Hashable {
  package var name: String
  package var password: Secret
  /// The name of the account that the user belongs to.
  package var domainName: String

  package init(name: String, password: Secret, domainName: String) {
    self.name = name
    self.password = password
    self.domainName = domainName
  }
}

/// The project that a token is to be good for.
package enum ProjectScope: Sendable, Hashable {
  case id(String)
  /// As the console shows it: the region's name for the region's main project.
  case name(String)
}

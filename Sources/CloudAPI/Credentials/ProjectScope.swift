/// The project that a token is to be good for.
package enum ProjectScope: Sendable, Hashable {
  case id(String)
  /// As the console shows it: the region's name for the region's main project.
  case name(String)
}

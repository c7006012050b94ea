/// The version of jobwatch, for `--version` and for what it sends to others.
package enum ProgramVersion {
  package static let text = "0.1.0"
}

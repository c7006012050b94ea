import ArgumentParser

/// `--account` and `--service`, which narrow what a command shows.
struct PlaceFilter: ParsableArguments {
  @Option(
    help: .value("name", "Only what is of this account."),
    completion: .accounts)
  var account: String?

  @Option(
    help: .value("name", "Only what is of this service."),
    completion: .services)
  var service: String?
}

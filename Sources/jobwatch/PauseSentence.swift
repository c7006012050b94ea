import JobWatchDaemon

extension AccountPauses.Pause {
  /// The pause in a sentence for people.
  var sentence: String {
    let whose = service.map { "\($0) of account \(account)" } ?? "account \(account)"
    // The cause of a pause by hand begins with "paused by hand".
    let what = isByHand ? cause : "paused: \(cause)"
    let cure = isByHand ? "; jobwatch resume \(account) ends it" : ""
    return "\(whose) is \(what) (since \(since)\(cure))".onOneLine
  }
}

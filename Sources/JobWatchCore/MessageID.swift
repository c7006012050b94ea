/// The journal's `MESSAGE_ID` of what an operator looks up, and the key of its explanation in
/// `systemd/jobwatch.catalog`. A contract: an id is random, made once (`systemd-id128 new`), and never given another
/// meaning.
package struct MessageID: RawRepresentable, Hashable, Sendable, CaseIterable {
  package let rawValue: String

  private init(_ id: String) { rawValue = id }

  package init?(rawValue: String) {
    guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = known
  }

  package static let allCases = EventKind.allCases.map(MessageID.init) + ofLines

  // Lines of the daemon that are no events.
  package static let running = MessageID("a82b5a4b556c4de29bff29f8c162f22f")
  package static let loopFailed = MessageID("fd88748a431547ad828b2dcdab7662e4")
  package static let loopRecovered = MessageID("4c540e270ce349398d91d060d31ca275")
  package static let loopStalled = MessageID("3eb021f4e3c14d7d9046a2da25e53ee8")
  package static let reloaded = MessageID("82fe374f56b04d1799e3c06f063dd53c")
  package static let reloadRefused = MessageID("daf599981e7e46aea6245ee17df81f48")
  package static let cannotRun = MessageID("bc186fb324c04e6b9ad1d721a01fd0e1")

  private static let ofLines = [
    running, loopFailed, loopRecovered, loopStalled, reloaded, reloadRefused, cannotRun,
  ]

  package init(_ kind: EventKind) {
    rawValue =
      switch kind {
      case .jobRegistered: "40029d6b4c424e86975c9e54294d0027"
      case .jobPending: "13247b16227f40eea957982b0c5f1aac"
      case .jobRunning: "dea7116a75774d69b71c54b424eb667a"
      case .jobAwaitingPayment: "520a4ef3fb984870adcc286d56da9d00"
      case .jobSucceeded: "2a350c31629942dcba37eeb4d69cd81f"
      case .jobFailed: "67e7ebbf8a1142c099f7b4525c5da8d5"
      case .jobLost: "de1463a8669d496b950f789aee7835e4"
      case .jobFound: "071df1ebff804915a16c768ad0891da2"
      case .jobUnknown: "3a58209f24584a97ae869956ffcd9d0b"
      case .jobLapsed: "1c81426084874172a21cbdaba69bdaaf"
      case .jobForgotten: "da396f1ccb014f259f57bf442bdd916a"
      case .jobExpiring: "4f2dfd0ac390491e8b40862ee2cb15c7"
      case .jobAtRisk: "187b2731ac6d45ff99d7437fedec7210"
      case .jobStuck: "72767a3d7bd84310945ed397f271d552"
      case .jobLate: "67463732bd924f6e9db6d2d9e5ae4409"
      case .jobUnrecognised: "86c3906dcb704ffd99fa370c2200ab00"
      case .accountPaused: "629f2fd820ad465b9605d99391c4e5df"
      case .accountResumed: "455f8a4c69814656aa3af89b5fbd5ddb"
      case .endpointDown: "d290f86903d14e76b4aa6a3b15c0c37e"
      case .endpointUp: "2092d1114181410bbc18b29920c4488a"
      case .channelFailing: "9854914b3d124fa5bb3f36ac0d5f0469"
      case .channelRecovered: "6bb33dbb15e441ed831caea0250bf404"
      case .daemonStarted: "f0453ea397b34c49a1d7b9d82177773a"
      case .daemonStopped: "b6d572ab887340619c69adfc42a1ed96"
      case .daemonDegraded: "1dd78e9c129b4edeb4951de1677942e2"
      case .daemonRestored: "8f1122de5459486589c27fe834643d73"
      case .daemonRepaired: "1a81bdf95e334e3094cc68961639a20c"
      case .spoolRejected: "e9ec5610495540eab85f7462b2b29d5d"
      }
  }
}

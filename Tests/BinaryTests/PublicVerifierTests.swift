import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

/// The signatures, checked by others' code: the Python library of the specification's authors.
@Suite struct PublicVerifierTests {
  /// Exits 0 if every delivery verifies and none with a changed body does.
  private static let program = """
    import json, sys
    from standardwebhooks import Webhook
    from standardwebhooks.webhooks import WebhookVerificationError
    given = json.load(open(sys.argv[1]))
    hook = Webhook(given["secret"])
    for delivery in given["deliveries"]:
        hook.verify(delivery["body"], delivery["headers"])
        try:
            hook.verify(delivery["body"] + " ", delivery["headers"])
        except WebhookVerificationError:
            continue
        sys.exit("a changed body was accepted")
    print(len(given["deliveries"]))
    """

  private struct Dump: Encodable {
    struct Delivery: Encodable {
      var headers: [String: String]
      var body: String
    }
    var secret: String
    var deliveries: [Delivery]
  }

  @Test("the specification's own library accepts every delivery", .timeLimit(.minutes(10)))
  func publicLibrary() async throws {
    try await Testbed.run { bed in
      guard let python = try await PythonEnvironment(with: "standardwebhooks", in: bed.place) else { return }
      let daemon = try await bed.startDaemon()
      let jobs = [PlannedJob.succeeding(after: .zero), .failing(after: .zero).withServers()]
      try bed.submit(jobs)
      try await within(.seconds(30), "both ends are told") { try await bed.told(jobs) }
      _ = await daemon.terminate()
      let count = try Self.dump(bed)
      try bed.place.write(Self.program, to: bed.place.root + "/verify.py")
      let (exit, said) = try await python.run("verify.py dump.json")
      #expect(exit == .code(0), "\(said)")
      #expect(said == "\(count)\n")
    }
  }

  private static func dump(_ bed: Testbed) throws -> Int {
    let deliveries = bed.receiver.deliveries.map { delivery in
      let names = ["webhook-id", "webhook-timestamp", "webhook-signature"]
      return Dump.Delivery(
        headers: Dictionary(uniqueKeysWithValues: names.map { ($0, delivery.request.header($0) ?? "") }),
        body: String(decoding: delivery.body, as: UTF8.self))
    }
    let dump = Dump(secret: Workplace.hookSecret, deliveries: deliveries)
    try JSONEncoder().encode(dump)
      .write(to: URL(fileURLWithPath: bed.place.root + "/dump.json"))
    return deliveries.count
  }
}

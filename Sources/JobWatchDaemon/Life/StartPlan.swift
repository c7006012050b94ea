import JobWatchConfiguration
import JobWatchFiles

/// All that a start needs, looked at before any of it is changed: `run` and a reload begin with one, and `check` says
/// what they would say.
package struct StartPlan: Sendable {
  let supplies: Supplies
  private let premises: Premises

  /// - Throws: `StartRefusal`.
  init(_ decoded: DecodedConfiguration) throws {
    let premises = Premises(decoded)
    self.premises = premises
    supplies = try Self.supplies(of: decoded, and: premises.look().faults)
  }

  /// Of a configuration that is to take the place of one at work, whose database and log are open.
  /// - Throws: `StartRefusal`.
  init(_ decoded: DecodedConfiguration, replacing places: DaemonRecord.Places) throws {
    premises = Premises(decoded)
    let moved = places.faults(becoming: .init(decoded.value))
    // Of another spool it does not matter what is there.
    let faults = moved.isEmpty ? premises.lookAtSpool() : moved
    supplies = try Self.supplies(of: decoded, and: faults)
  }

  private static func supplies(
    of decoded: DecodedConfiguration, and faults: [StartFault]
  ) throws -> Supplies {
    switch Supplies.read(decoded.value) {
    case .failure(let missing): throw StartRefusal(missing.faults + faults, of: decoded)
    case .success(let supplies) where faults.isEmpty: return supplies
    case .success: throw StartRefusal(faults, of: decoded)
    }
  }

  /// Makes the directories that are missing, and returns them.
  func prepare() throws(FileFailure) -> [String] { try premises.prepare() }
}

import Foundation
import JobWatchCore
import Testing

/// A body of `Vectors/bodies`, and what it says. Times are in UTC.
struct CapturedBody: Decodable, Sendable, CustomTestStringConvertible {
  /// Its name begins with that of its service.
  var file: String
  var state: JobState
  var id: String
  var type: String
  var begin: String
  var end: String?
  var reason: String?
  var objects: [String: String]
  /// Type, word and objects of each job that it is made of.
  var parts: [String]

  var service: String { String(file.prefix { $0 != "_" }) }
  var testDescription: String { file }

  static let folder = Bundle.module.bundleURL.appending(path: "Vectors/bodies")

  static func bytes(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: "\(file).json")))
  }

  static let all = ServiceSample.all.flatMap(\.bodies)
}

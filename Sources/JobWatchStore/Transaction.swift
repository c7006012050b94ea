import Foundation
import GRDB
import JobWatchCore

/// The tables, inside one transaction. Its methods are in one extension per table.
package struct Transaction {
  let db: Database
  let effects = Effects()

  /// What the transaction holds for others to look at once it is committed.
  final class Effects {
    var news = Store.News()
  }

  init(_ db: Database) { self.db = db }

  func execute(_ sql: String, _ arguments: StatementArguments) throws {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  func row(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
    try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments)
  }

  func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
    try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
  }

  func integer(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
    try Int64.fetchOne(db.cachedStatement(sql: sql), arguments: arguments)
  }
}

/// JSON as it is stored and told: sorted keys, so that equal values are equal text.
enum StoredJSON {
  private static let encoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  static func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Most jobs have no labels and name no channels; the encoder would take microseconds to say so.
  static func text(_ labels: [String: String]) throws -> String {
    labels.isEmpty ? "{}" : String(decoding: try encoder.encode(labels), as: UTF8.self)
  }

  static func text(_ names: [String]) throws -> String {
    names.isEmpty ? "[]" : String(decoding: try encoder.encode(names), as: UTF8.self)
  }

  static func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}

extension Timestamp: DatabaseValueConvertible {
  package var databaseValue: DatabaseValue { milliseconds.databaseValue }

  package static func fromDatabaseValue(_ value: DatabaseValue) -> Timestamp? {
    Int64.fromDatabaseValue(value).map(Timestamp.init(milliseconds:))
  }
}

import ArgumentParser
import Foundation

/// A JSON file that a command is asked to work on.
enum RequestedFile {
  /// - Parameter path: `-` is standard input.
  /// - Throws: what the user must mend, with exit code 64.
  static func read<Content: Decodable>(_ type: Content.Type, at path: String) throws -> Content {
    do {
      let data =
        path == "-"
        ? FileHandle.standardInput.readDataToEndOfFile()
        : try Data(contentsOf: URL(fileURLWithPath: path))
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw ValidationError("\(path) is not of the form that --help shows: \(error)")
    } catch {
      throw ValidationError("\(path) cannot be read: \(error.localizedDescription)")
    }
  }
}

import Foundation

/// Beside the figures, which alone go to standard output.
enum StandardError {
  static func tell(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}

import Foundation

/// The process that started this one, at the other ends of standard input and output.
enum Parent {
  static func greet(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  /// Returns when the parent closes our standard input, or dies: no child outlives it.
  static func gone() async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        while !FileHandle.standardInput.availableData.isEmpty {}
        continuation.resume()
      }
    }
  }
}

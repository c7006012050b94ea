extension [SubJob] {
  /// The parts that are counted and told, of a list in which each stands before its own parts, one `depth` deeper.
  ///
  /// These are the parts that do the work: those without parts of their own. A part with parts only sums these up, and
  /// counting it would make two failures of one. It counts where it failed and none of its parts did, because then the
  /// failure is its own. A failed part without a reason is told with that of the nearest failed part around it.
  package var counted: [SubJob] {
    var around: [Int] = []
    var hasFailedPart = [Bool](repeating: false, count: count)
    var hasParts = hasFailedPart
    var told = self
    for (index, part) in enumerated() {
      while let last = around.last, self[last].level >= part.level { around.removeLast() }
      if let parent = around.last { hasParts[parent] = true }
      if part.state == .failed {
        for outer in around { hasFailedPart[outer] = true }
        if !part.hasReason, let outer = around.last(where: { self[$0].state == .failed && self[$0].hasReason }) {
          (told[index].errorCode, told[index].failReason) = (self[outer].errorCode, self[outer].failReason)
        }
      }
      around.append(index)
    }
    return indices.filter { index in
      !hasParts[index] || self[index].state == .failed && !hasFailedPart[index]
    }.map { told[$0] }
  }
}

extension SubJob {
  fileprivate var level: Int { depth ?? 0 }

  fileprivate var hasReason: Bool { errorCode != nil || failReason != nil }
}

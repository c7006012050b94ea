/// The targets of `Package.swift`, as its text says.
struct Manifest {
  struct Target {
    var name: String
    /// Quoted names, and the constants that stand for other packages' products.
    var dependencies: Set<String>
  }

  let targets: [String: Target]
  /// The modules of other packages, by the constants that stand for them.
  let products: [String: String]

  init(text: String) {
    let product = /let (\w+) = Target\.Dependency\.product\(\s*name: "(\w+)"/
    products = Dictionary(uniqueKeysWithValues: text.matches(of: product).map { (String($0.1), String($0.2)) })
    let head = /\.(?:target|executableTarget|testTarget)\(\s*name: "(\w+)"/
    let found = text.matches(of: head).map { match in
      let rest = text[match.range.upperBound...]
      let end = rest.firstRange(of: "swiftSettings")?.lowerBound ?? rest.endIndex
      return Target(name: String(match.1), dependencies: Self.dependencies(String(rest[..<end])))
    }
    targets = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0) })
  }

  private static func dependencies(_ text: String) -> Set<String> {
    guard let list = text.firstMatch(of: /dependencies: \[([^\]]*)\]/) else { return [] }
    return Set(list.1.matches(of: /\w+/).map { String($0.0) })
  }

  /// Everything that a target is linked with.
  func closure(of name: String) -> Set<String> {
    var (known, open) = (Set<String>(), [name])
    while let next = open.popLast() {
      let fresh = targets[next]?.dependencies.subtracting(known) ?? []
      known.formUnion(fresh)
      open += fresh
    }
    return known
  }
}

import Testing

/// What keeps the code small enough for one head. What is over a limit now is listed with its figure, and may not grow.
@Suite struct `The size of the code` {
  /// Lines of Swift below `Sources`, without the simulation.
  static let lines = (limit: 31_166, now: 32_924)
  /// Lines of Swift of the simulation, which is a proof and no product.
  static let simulation = (target: "simulation", limit: 4992)
  /// Lines of a type with all its extensions, in whatever file and module of `Sources` they are.
  static let typeLimit = 400
  static let longTypes: [String: Int] = [:]
  /// Variables that an actor stores; its constants do not count, because they are no state.
  static let actorLimit = 8
  static let fullActors: [String: Int] = [:]
  /// The planner's facade: types that other targets can see, nested ones and other names of types included.
  static let planner = (target: "PollPlanning", limit: 12, now: 12)

  @Test func `is small as a whole`() throws {
    func count(_ isCounted: (SourceTree.File) -> Bool) throws -> Int {
      try Code().files.filter(isCounted).map(\.lineCount).reduce(0, +)
    }
    let lines = try count { $0.target != Self.simulation.target }
    let simulation = try count { $0.target == Self.simulation.target }
    print("lines in Sources: \(lines), of the simulation: \(simulation)")
    #expect(lines <= max(Self.lines.limit, Self.lines.now))
    #expect(simulation <= Self.simulation.limit)
  }

  @Test func `has no type that is too long to read`() throws {
    let long = try Code().types.map { (name: $0.name, size: $0.lines) }
      .filter { $0.size > Self.typeLimit }
    Self.expect(long, within: Self.longTypes, "lines")
  }

  @Test func `has no actor that holds too much`() throws {
    let full = try Code().types.map { (name: $0.name, size: $0.variables) }
      .filter { $0.size > Self.actorLimit }
    Self.expect(full, within: Self.fullActors, "variables")
  }

  @Test func `has no actor whose state another file can change`() throws {
    let open = try Code().openVariables
    #expect(open.isEmpty, "\(open)")
  }

  @Test func `shows little of the planner`() throws {
    let types = try Code().files.filter { $0.target == Self.planner.target }.flatMap { file in
      file.code.matches(
        of: /(?:package|public) (?:[a-z]+ )*?(?:struct|class|enum|actor|protocol|typealias) (\w+)/
      ).map { String($0.1) }
    }
    print("types that \(Self.planner.target) shows: \(types.count) \(types.sorted())")
    #expect(types.count <= max(Self.planner.limit, Self.planner.now))
  }

  private static func expect(_ found: [(name: String, size: Int)], within known: [String: Int], _ unit: String) {
    for (name, size) in found.sorted(by: { $0.size > $1.size }) {
      print("\(name): \(size) \(unit)")
      #expect(size <= known[name] ?? 0, "\(name) has \(size) \(unit)")
    }
    for name in known.keys.sorted() where !found.contains(where: { $0.name == name }) {
      print("\(name) is within the limit and need not be listed any more")
    }
  }
}

/// The types of `Sources`, as far as the text of the files tells: the formatter puts each top-level declaration and the
/// brace that ends it at the beginning of a line.
private struct Code {
  struct TypeSize {
    /// `MODULE.NAME`.
    var name: String
    var lines = 0
    /// Those that an actor stores.
    var variables = 0
  }

  let files: [SourceTree.File]
  private(set) var types: [TypeSize] = []
  /// Variables of actors that are not private to their file: `NAME: DECLARATION`.
  private(set) var openVariables: [String] = []

  private struct Block {
    var target: String
    var isExtension: Bool
    var isActor: Bool
    /// Of a nested type the outermost one.
    var name: String
    var lines: [Substring]
  }

  init() throws {
    files = try SourceTree.files(in: "Sources")
    let blocks = files.flatMap(Self.blocks)
    let homes = Dictionary(grouping: blocks.filter { !$0.isExtension }, by: \.name)
    var sizes: [String: TypeSize] = [:]
    for block in blocks {
      // Extensions of types that are not ours are no part of any.
      guard let declared = homes[block.name] else { continue }
      let home = declared.first { $0.target == block.target } ?? declared[0]
      let name = "\(home.target).\(block.name)"
      var size = sizes[name] ?? TypeSize(name: name)
      size.lines += block.lines.count
      if block.isActor {
        let variables = Self.variables(block.lines)
        size.variables += variables.count
        openVariables += variables.filter { !$0.contains("private") }.map { "\(name): \($0)" }
      }
      sizes[name] = size
    }
    types = sizes.values.sorted { $0.name < $1.name }
  }

  private static func blocks(_ file: SourceTree.File) -> [Block] {
    let head = /(?:[@a-z]\S* )*(struct|class|enum|actor|protocol|extension) (\w+).*/
    let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.compactMap { start in
      guard let match = lines[start].wholeMatch(of: head) else { return nil }
      let isOneLine = lines[start].hasSuffix("}")
      let end = isOneLine ? start : lines[start...].firstIndex { $0 == "}" } ?? start
      return Block(
        target: file.target, isExtension: match.1 == "extension", isActor: match.1 == "actor",
        name: String(match.2), lines: Array(lines[start...end]))
    }
  }

  /// Stored ones are not followed by a body; those of nested types stand further right.
  private static func variables(_ lines: [Substring]) -> [Substring] {
    let stored = /\s\s(?:[a-z]+(?:\(\w+\))? )*var [^{]*|\s\s(?:[a-z]+(?:\(\w+\))? )*var [^{=]*=.*/
    return lines.filter { $0.wholeMatch(of: stored) != nil && !$0.contains("static var") }
  }
}

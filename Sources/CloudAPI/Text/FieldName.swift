extension String {
  /// Whether both are the same HTTP field name, which ignores the case of ASCII letters.
  func matchesFieldName(_ other: String) -> Bool {
    let left = utf8
    let right = other.utf8
    return left.count == right.count
      && zip(left, right).allSatisfy {
        $0 == $1 || ByteSearch.lowercased($0) == ByteSearch.lowercased($1)
      }
  }
}

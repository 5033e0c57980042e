import CPosix

/// The environment of a process: `NAME=value` strings, passed on byte for byte.
package struct EnvironmentBlock: Sendable, Hashable {
  private var entries: CStringList

  /// A copy of this process's environment.
  package static func current() -> EnvironmentBlock {
    EnvironmentBlock(CStringList(qctl_environment()))
  }

  /// One variable of this process, without copying the others; nil if it is not set.
  package static func value(_ name: String) -> String? {
    guard var cursor = qctl_environment() else { return nil }
    while let entry = cursor.pointee {
      if let value = value(of: name, in: entry) { return String(cString: value) }
      cursor += 1
    }
    return nil
  }

  /// An environment with those variables only.
  package init(_ variables: [String: String] = [:]) {
    entries = CStringList()
    for (name, value) in variables.sorted(by: { $0.key < $1.key }) { self[name] = value }
  }

  /// An environment of those entries.
  package init(_ entries: CStringList) { self.entries = entries }

  /// A variable's value as text, nil if it is not set; setting nil removes it.
  package subscript(name: String) -> String? {
    get {
      guard let index = index(of: name) else { return nil }
      return entries.bytes(at: index).map {
        String(decoding: $0.dropFirst(name.utf8.count + 1), as: UTF8.self)
      }
    }
    set {
      if index(of: name) != nil { entries = without(name) }
      guard let newValue else { return }
      entries.append(name + "=" + newValue)
    }
  }

  /// The entries in C's form.
  package var strings: CStringList { entries }

  private func index(of name: String) -> Int? {
    (0..<entries.count).first { matches(name, at: $0) }
  }

  private func matches(_ name: String, at index: Int) -> Bool {
    guard let entry = entries.bytes(at: index) else { return false }
    let key = name.utf8
    return entry.count > key.count && entry.starts(with: key)
      && entry[entry.startIndex + key.count] == UInt8(ascii: "=")
  }

  private func without(_ name: String) -> CStringList {
    var kept = CStringList()
    for index in 0..<entries.count where !matches(name, at: index) {
      if let entry = entries.bytes(at: index) { kept.append(entry) }
    }
    return kept
  }

  private static func value(
    of name: String, in entry: UnsafeMutablePointer<CChar>
  ) -> UnsafeMutablePointer<CChar>? {
    var cursor = entry
    for byte in name.utf8 {
      guard byte != 0, UInt8(bitPattern: cursor.pointee) == byte else { return nil }
      cursor += 1
    }
    return UInt8(bitPattern: cursor.pointee) == UInt8(ascii: "=") ? cursor + 1 : nil
  }
}

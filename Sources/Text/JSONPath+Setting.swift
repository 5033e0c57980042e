/// Why a value can't be put at a path.
package enum JSONSettingError: Error, Equatable, Sendable {
  /// The text is not JSON.
  case notJSON
  /// The path leads through something that is not there, or is no object or array.
  case noSuchPlace
}

extension JSONPath {
  /// A JSON text with another value at this path; everything else stays as it is written.
  ///
  /// The last key of a path may be new to its object, and the last index may be the one behind the end
  /// of its array. Of duplicate keys the first is changed.
  ///
  /// - Parameter value: JSON.
  package func setting(
    _ value: [UInt8], in json: [UInt8]
  ) throws(JSONSettingError) -> [UInt8] {
    guard JSONValidation.isValid(json, maximumDepth: JSONValidation.payloadDepth) else {
      throw .notJSON
    }
    guard let place = place(in: json) else { throw .noSuchPlace }
    return json[..<place.range.lowerBound] + place.opening + value
      + json[place.range.upperBound...]
  }

  private struct Place {
    /// What the value takes the place of.
    let range: Range<Int>
    /// What stands before the value where it is new.
    var opening: [UInt8] = []
  }

  private func place(in json: [UInt8]) -> Place? {
    if let range = range(in: json) { return Place(range: range) }
    guard let last = steps.last,
      let holder = JSONPath(steps: Array(steps.dropLast())).range(in: json)
    else { return nil }
    return json.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, in: holder, maximumDepth: JSONValidation.payloadDepth)
      return try? Self.newPlace(for: last, &scanner)
    }
  }

  /// Where a value goes that is new to the object or array here.
  private static func newPlace(
    for step: Step, _ scanner: inout JSONScanner
  ) throws(JSONError) -> Place? {
    let kind = try scanner.kind()
    let count = try scanner.countOfElements(kind)
    var opening: [UInt8] = count > 0 ? [UInt8(ascii: ",")] : []
    switch (step, kind) {
    case (.key(let key), .object):
      var writer = JSONWriter()
      writer.key(key)
      opening += writer.buffer.bytes
    case (.index(count), .array): break
    default: return nil
    }
    return Place(range: scanner.position..<scanner.position, opening: opening)
  }
}

extension JSONScanner {
  /// Moves behind the last element of the object or array here, and counts them.
  fileprivate mutating func countOfElements(_ kind: JSONKind) throws(JSONError) -> Int {
    guard kind == .object || kind == .array else { return 0 }
    position += 1
    var count = 0
    var end = position
    skipWhitespace()
    while let byte, byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") {
      if kind == .object { _ = try skipKey() }
      try skipValue()
      count += 1
      end = position
      skipWhitespace()
      if self.byte == UInt8(ascii: ",") {
        position += 1
        skipWhitespace()
      }
    }
    position = end
    return count
  }
}

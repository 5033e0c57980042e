extension SeededGenerator {
  /// Bytes that look like `alphabet`, with a few from anywhere.
  package mutating func bytes(upTo count: Int, from alphabet: [UInt8]) -> [UInt8] {
    (0..<Int.random(in: 0...count, using: &self)).map { _ in
      if Int.random(in: 0..<10, using: &self) == 0 {
        return UInt8.random(in: 0...255, using: &self)
      }
      return alphabet.randomElement(using: &self) ?? 0
    }
  }
}

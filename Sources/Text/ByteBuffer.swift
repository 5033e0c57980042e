/// A growable byte buffer: every line of output and every JSON record is built in one and written
/// with one system call.
package struct ByteBuffer: Sendable {
  /// The bytes gathered so far; rooms that cannot see this type append to them directly.
  package var bytes: [UInt8]

  /// An empty buffer with room for `capacity` bytes.
  @inlinable
  package init(capacity: Int = 0) {
    bytes = []
    if capacity > 0 { bytes.reserveCapacity(capacity) }
  }

  /// The number of bytes gathered.
  @inlinable package var count: Int { bytes.count }

  /// Whether nothing has been gathered.
  @inlinable package var isEmpty: Bool { bytes.isEmpty }

  /// The bytes as text; invalid UTF-8 becomes U+FFFD.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Makes room for `additional` more bytes.
  package mutating func reserve(_ additional: Int) {
    bytes.reserveCapacity(bytes.count + max(0, additional))
  }

  /// Empties the buffer and keeps its memory.
  @inlinable
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  /// Appends one byte.
  @inlinable
  package mutating func append(_ byte: UInt8) {
    bytes.append(byte)
  }

  /// Appends the UTF-8 of `text`, unescaped.
  @inlinable
  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  /// Appends the UTF-8 of `text`, unescaped.
  @inlinable
  package mutating func append(_ text: Substring) {
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  /// Appends the UTF-8 of a literal, without making a `String` of it.
  @inlinable
  package mutating func append(static text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Appends bytes as they are.
  ///
  /// The array's own version has no generic code: looking up a conformance at run time costs a
  /// one-shot command 20 µs.
  @inlinable
  package mutating func append(contentsOf more: [UInt8]) {
    bytes += more
  }

  /// Appends a part of an array.
  @inlinable
  package mutating func append(contentsOf more: ArraySlice<UInt8>) {
    more.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }

  /// Appends bytes as they are.
  @inlinable
  package mutating func append(contentsOf more: some Sequence<UInt8>) {
    bytes.append(contentsOf: more)
  }

  /// Appends `byte` `count` times; a negative count appends nothing.
  @inlinable
  package mutating func append(repeating byte: UInt8, count: Int) {
    guard count > 0 else { return }
    bytes.append(contentsOf: repeatElement(byte, count: count))
  }

  /// Appends a part of `source`; an empty part costs nothing.
  @inline(__always)
  mutating func append(
    copying source: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) {
    guard start < end else { return }
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[start..<end]))
  }
}

import Glibc

/// A list of C strings, as `argv` and `environ` are: bytes, not necessarily UTF-8.
package struct CStringList: Sendable, Hashable {
  /// All strings one after the other, each with its NUL.
  private var storage: [UInt8] = []
  private var starts: [Int] = []
  /// True once a string with a NUL inside was appended; the list then cannot be handed to a
  /// program without cutting that string short.
  package private(set) var hasEmbeddedNUL = false

  /// How many strings.
  package var count: Int { starts.count }

  /// An empty list.
  package init() {}

  /// The strings as UTF-8.
  package init(_ strings: [String]) {
    for string in strings { append(string) }
  }

  /// Copies C strings up to the first null pointer.
  package init(_ strings: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
    guard var cursor = strings else { return }
    while let string = cursor.pointee {
      append(UnsafeRawBufferPointer(start: string, count: strlen(string)))
      cursor += 1
    }
  }

  /// Appends text as UTF-8.
  package mutating func append(_ text: String) {
    appendBytes(text.utf8)
  }

  /// Appends bytes, which need not be UTF-8.
  package mutating func append(_ bytes: some Collection<UInt8>) {
    appendBytes(bytes)
  }

  private mutating func appendBytes(_ bytes: some Collection<UInt8>) {
    if bytes.contains(0) { hasEmbeddedNUL = true }
    starts.append(storage.count)
    storage.append(contentsOf: bytes)
    storage.append(0)
  }

  /// The bytes of a string, without its NUL; nil past the end.
  package func bytes(at index: Int) -> ArraySlice<UInt8>? {
    guard starts.indices.contains(index) else { return nil }
    let end = index + 1 < starts.count ? starts[index + 1] : storage.count
    return storage[starts[index]..<(end - 1)]
  }

  /// A string as text; bytes that are no UTF-8 are replaced.
  package func text(at index: Int) -> String? {
    bytes(at: index).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Lends the list in C's form: pointers with a null at the end.
  package func withPointers<Result>(
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    storage.withUnsafeBytes { bytes in
      // The callee only reads, whatever its C type says.
      let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      var pointers = starts.map { start in
        base.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
      }
      pointers.append(nil)
      return body(pointers)
    }
  }
}

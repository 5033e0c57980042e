import CPosix
import Glibc

extension Descriptor where Self: ~Copyable {
  /// Reads up to `buffer.count` bytes; 0 is the end.
  ///
  /// - Throws: `wouldBlock` on a non-blocking descriptor with nothing to read.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try systemCall("read") { Glibc.read(rawValue, buffer.baseAddress, buffer.count) }
  }

  /// Reads at `offset` without moving the position; 0 is the end.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(SystemError) -> Int {
    try systemCall("pread") {
      pread(rawValue, buffer.baseAddress, buffer.count, off_t(offset))
    }
  }

  /// Reads up to `count` bytes; empty is the end.
  ///
  /// - Throws: `wouldBlock` on a non-blocking descriptor with nothing to read.
  package func read(upTo count: Int) throws(SystemError) -> [UInt8] {
    try fill(count, "read") { Glibc.read(rawValue, $0.baseAddress, $0.count) }
  }

  /// Reads up to `count` bytes at `offset` without moving the position; empty is the end.
  package func read(upTo count: Int, at offset: Int64) throws(SystemError) -> [UInt8] {
    try fill(count, "pread") { pread(rawValue, $0.baseAddress, $0.count, off_t(offset)) }
  }

  /// Reads to the end, refusing to hold more than `limit` bytes.
  ///
  /// - Throws: `fileTooLarge` when there is more than `limit`.
  package func readAll(limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    // Most of what is read whole is small; new memory costs more than a call.
    var chunk = 4 << 10
    while true {
      // One byte past the limit tells a full file from one that is too large.
      let room = limit &- bytes.count
      let piece = try read(upTo: room < chunk ? max(room, 0) &+ 1 : chunk)
      if piece.isEmpty { return bytes }
      if piece.count > room { throw SystemError(.fileTooLarge, call: "read") }
      if bytes.isEmpty { bytes = piece } else { bytes += piece }
      if chunk < 1 << 20 { chunk *= 4 }
    }
  }

  /// Writes what the kernel takes at once, and says how many bytes that was.
  ///
  /// - Throws: `wouldBlock` on a non-blocking descriptor that takes nothing now.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try systemCall("write") { Glibc.write(rawValue, bytes.baseAddress, bytes.count) }
  }

  /// Writes what the kernel takes of `bytes` at once, and says how many that was.
  package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
    try systemCall("write") {
      bytes.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
    }
  }

  /// Writes all of it, waiting where the descriptor is non-blocking.
  package func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      do {
        rest = rest.dropFirst(try write(UnsafeRawBufferPointer(rebasing: rest)))
      } catch {
        guard error.code == .wouldBlock else { throw error }
        _ = try Poll.wait(for: .write, on: rawValue, milliseconds: nil)
      }
    }
  }

  /// Writes all of it, waiting where the descriptor is non-blocking.
  package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
      try writeAll(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Writes the text as UTF-8.
  package func writeAll(_ text: String) throws(SystemError) {
    try writeAll(Array(text.utf8))
  }

  /// Writes what the kernel takes at once at `offset`, without moving the position, and says how
  /// many bytes that was.
  package func write(
    _ bytes: UnsafeRawBufferPointer, at offset: Int64
  ) throws(SystemError) -> Int {
    try systemCall("pwrite") {
      pwrite(rawValue, bytes.baseAddress, bytes.count, off_t(offset))
    }
  }

  /// Writes all of it at `offset` without moving the position.
  package func writeAll(_ bytes: [UInt8], at offset: Int64) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      done &+= try systemCall("pwrite") {
        bytes.withUnsafeBytes { (buffer) -> Int in
          let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
          return pwrite(rawValue, rest.baseAddress, rest.count, off_t(offset) &+ done)
        }
      }
    }
  }

  private func fill(
    _ count: Int, _ call: String, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int
  ) throws(SystemError) -> [UInt8] {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 0)) { buffer, filled in
      var result = body(buffer)
      while result < 0 && errno == EINTR { result = body(buffer) }
      code = result < 0 ? errno : 0
      filled = max(result, 0)
    }
    try checkCode(code, call)
    return bytes
  }
}

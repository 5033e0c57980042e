import CPosix

/// Where a child notes that it exists, itself and before its program runs; and where it then looks
/// whether it may.
///
/// For whoever must find all children of a process that was killed, at whatever instant: a program
/// runs only in a process whose note is in the file. The rescuer writes the refusal first (any
/// 64-bit word but zero), then a full memory fence, then reads the notes; a child that left its
/// note too late to be read sees the refusal, and runs nothing. `Spawn.c` has the argument.
///
/// A note stays until its place is written again: clear it before a start (`pid` 0), and after the
/// child has been waited for. After a killed parent, a child on its way holds the parent's open
/// files, flock(2) included, until its note is written and its refusal was looked for.
package struct StartRecord: Hashable, Sendable {
  /// An open file of ours for reading and writing, not for appending; the child does not keep it.
  package var descriptor: Int32
  /// Where the note goes, in bytes from the start: ``Note/size`` bytes.
  package var offset: Int64
  /// Where the refusal stands: 8 bytes, which must be there, and zero to let the program run.
  package var refusal: Int64

  /// A record at those places.
  package init(descriptor: Int32, offset: Int64, refusal: Int64) {
    self.descriptor = descriptor
    self.offset = offset
    self.refusal = refusal
  }

  /// True when ``ChildProcess/spawn(_:)`` failed at the note or its refusal, and not for a fault of
  /// the program or the machine.
  package static func isCause(of error: SystemError) -> Bool {
    error.call == "pwrite" || error.call == "pread" || error.code == .cancelled
  }
}

extension StartRecord {
  /// What a child writes: two 64-bit words of this machine, its number and the time.
  package struct Note: Hashable, Sendable {
    /// Its number in its own pid namespace, and its group's if it leads one.
    package let pid: Int32
    /// When it wrote the note: ``SystemClock/boottimeNanoseconds()``, after its start.
    package let boottime: Int64

    /// Bytes of a note.
    package static let size = 16

    /// The note in those bytes; nil where no child has written one, or not all of it.
    package init?(_ bytes: some Collection<UInt8>) {
      guard bytes.count >= Self.size else { return nil }
      let words = Array(bytes.prefix(Self.size)).withUnsafeBytes {
        ($0.loadUnaligned(as: Int64.self), $0.loadUnaligned(fromByteOffset: 8, as: Int64.self))
      }
      guard words.0 > 0, let pid = Int32(exactly: words.0), words.1 > 0 else { return nil }
      self.pid = pid
      boottime = words.1
    }
  }
}

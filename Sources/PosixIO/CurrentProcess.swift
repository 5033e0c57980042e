import CPosix
import Glibc

/// Who and where this process is.
package enum CurrentProcess {
  /// Its number.
  package static var id: Int32 { getpid() }
  /// Its parent's number; 1 or a subreaper's once the parent has gone.
  package static var parentID: Int32 { getppid() }
  /// Its group's number.
  package static var groupID: Int32 { getpgrp() }
  /// The user whose rights it has.
  package static var effectiveUserID: UInt32 { geteuid() }
  /// The group whose rights it has.
  package static var effectiveGroupID: UInt32 { getegid() }
  /// The user who started it.
  package static var userID: UInt32 { getuid() }
  /// Has this process sent a signal when the thread that started it ends.
  ///
  /// - Returns: false where `parent`, which started it, has ended before.
  package static func endWithParent(_ parent: Int32, by signal: Signal) -> Bool {
    _ = qctl_signal_at_parents_end(signal.rawValue)
    return getppid() == parent
  }

  /// The arguments byte for byte, the program's own name first.
  package static var arguments: CStringList { CStringList(CommandLine.unsafeArgv) }
}

/// The machine this process runs on.
package enum Host {
  /// Its network name.
  package static func name() throws(SystemError) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // One less, so that a name cut short still ends in a NUL.
    _ = try systemCall("gethostname") { gethostname(&buffer, 255) }
    return text(of: buffer)
  }

  /// A random id that the kernel drew at boot (random(4)), as 36 characters.
  package static func bootID() throws(SystemError) -> String {
    let bytes = try FileSystem.readFile(bootIDPath, limit: 128)
    return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
  }

  /// The same id as its 16 bytes.
  ///
  /// - Throws: also `inputOutput` where the file holds no such id.
  package static func bootIDBytes() throws(SystemError) -> [UInt8] {
    let digits = try bootID().utf8.filter { $0 != UInt8(ascii: "-") }
    let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 32, values.count == 32 else {
      throw SystemError(.inputOutput, call: "read", subject: bootIDPath)
    }
    return stride(from: 0, to: 32, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }

  private static let bootIDPath = "/proc/sys/kernel/random/boot_id"
}

/// The text in a buffer that C has filled, up to its NUL.
func text(of buffer: some Sequence<CChar>) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

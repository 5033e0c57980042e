/// A user of this machine.
package struct UserAccount: Hashable, Sendable {
  /// The login name.
  package let name: String
  /// The user's number.
  package let uid: UInt32
  /// The number of the main group.
  package let gid: UInt32
  /// The home directory.
  package let home: String
}

/// Users and groups as /etc/passwd and /etc/group tell.
///
/// Read by ourselves: the C library's functions load modules at run time, which a static binary
/// cannot. Users known only to a directory service are therefore not found.
package enum Accounts {
  /// The user with that number, or nil when there is none or the file cannot be read.
  package static func user(id: UInt32, file: String = "/etc/passwd") -> UserAccount? {
    firstUser(in: file) { $0.uid == id }
  }

  /// The user with that name, or nil when there is none or the file cannot be read.
  package static func user(named name: String, file: String = "/etc/passwd") -> UserAccount? {
    firstUser(in: file) { $0.name == name }
  }

  /// The number of a group, or nil when there is none or the file cannot be read.
  package static func groupID(named name: String, file: String = "/etc/group") -> UInt32? {
    for line in lines(of: file) {
      let fields = fields(line)
      if fields.count >= 3, text(fields[0]) == name { return UInt32(text(fields[2])) }
    }
    return nil
  }

  private static func firstUser(
    in file: String, where matches: (UserAccount) -> Bool
  ) -> UserAccount? {
    for line in lines(of: file) {
      if let user = user(fields(line)), matches(user) { return user }
    }
    return nil
  }

  // name:password:uid:gid:comment:home:shell, passwd(5).
  private static func user(_ fields: [ArraySlice<UInt8>]) -> UserAccount? {
    guard fields.count >= 6, let uid = UInt32(text(fields[2])), let gid = UInt32(text(fields[3]))
    else { return nil }
    return UserAccount(name: text(fields[0]), uid: uid, gid: gid, home: text(fields[5]))
  }

  private static func lines(of file: String) -> [ArraySlice<UInt8>] {
    guard let bytes = try? FileSystem.readFile(file, limit: 16 << 20) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n"))
  }

  private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}

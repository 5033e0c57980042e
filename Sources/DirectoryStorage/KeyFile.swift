import Jobs
import Storage
import Text

/// A unique or idempotency key of a queue, as a file that names the job which has it.
///
/// ```
/// {"kind":"unique","queue":"emails","key":"welcome-42","id":"0f8k3w2zq1a7b"}
/// {"kind":"unique","queue":"emails","key":"digest-7","id":"0f8k3w2zq1a7c","replaces":"queues/emails/…"}
/// {"kind":"idempotency","queue":"emails","key":"order-7","id":"0f8k3w2zq1a7b",
///  "digest":"9f86d08…","expires_at":"2026-11-22T13:20:11.123Z","job_removed":true}
/// ```
///
/// A file is never changed but replaced whole, and only under the lock of its shard.
struct KeyFile: Equatable {
  var kind: KeyConflict.Kind
  var queue: QueueName
  var key: String
  /// The job that has it, or had it.
  var id: JobID
  /// Tells other content under an idempotency key: `NewJob.contentDigest`.
  var digest: [UInt8] = []
  /// From when on an idempotency key is not known any more.
  var expiresAt: Instant?
  /// Whether the job was there and has been removed.
  var isJobRemoved = false
  /// What the job of a staged bulk said about another that holds its unique key; `nil` for the usual.
  var onConflict: UniqueConflict?
  /// Where the job lies that gives its unique key to this one, until it has done so: see Spool+Replace.
  var replaces: String?

  /// No file of a key is longer: a key has 255 bytes, each of which takes six at most.
  static let longest = 4096

  var place: KeyPlace { KeyPlace(kind, key, of: queue) }
}

/// Where the file of a key is: `keys/<2 hex>/u-<32 hex>`, or `i-…` for an idempotency key, named for
/// the SHA-256 of queue, NUL and key.
struct KeyPlace: Hashable {
  /// The two digits.
  let shard: String
  let name: String

  static let root = "keys"

  init(_ kind: KeyConflict.Kind, _ key: String, of queue: QueueName) {
    var text = Array(queue.description.utf8)
    text.append(0)
    text.append(contentsOf: key.utf8)
    let digest = SHA256.digest(text)
    shard = Hexadecimal.encode(digest.prefix(1))
    name = Self.prefix(kind) + Hexadecimal.encode(digest.prefix(16))
  }

  /// How the names of a kind begin.
  static func prefix(_ kind: KeyConflict.Kind) -> String { kind == .unique ? "u-" : "i-" }

  /// The folder of a shard.
  static func folder(_ shard: String) -> String { root + "/" + shard }

  var folder: String { Self.folder(shard) }
  var path: String { folder + "/" + name }
}

// MARK: - Text

extension KeyFile {
  /// The whole file.
  var bytes: [UInt8] {
    var writer = JSONWriter(capacity: 320)
    writer.beginObject()
    writer.member("kind", kind.rawValue)
    writer.member("queue", queue.description)
    writer.member("key", key)
    writer.member("id", id.description)
    if !digest.isEmpty { writer.member("digest", Hexadecimal.encode(digest)) }
    if let expiresAt { writer.member("expires_at", TextTime.text(expiresAt)) }
    if isJobRemoved { writer.member("job_removed", true) }
    if let onConflict { writer.member("on_conflict", onConflict.rawValue) }
    if let replaces { writer.member("replaces", replaces) }
    writer.endObject()
    writer.buffer.append(UInt8(ascii: "\n"))
    return writer.buffer.bytes
  }

  /// Reads a file; `nil` for one that is no key's.
  init?(_ bytes: [UInt8]) {
    var texts: [String: String] = [:]
    var isRemoved = false
    var reader = JSONObjectReader(bytes)
    do {
      while let member = try reader.next() {
        if let flag = reader.bool(of: member) {
          if member.key == "job_removed" { isRemoved = flag }
        } else if let text = reader.string(of: member) {
          texts[member.key] = text
        }
      }
    } catch { return nil }
    guard let kind = texts["kind"].flatMap({ KeyConflict.Kind(rawValue: $0) }),
      let queue = texts["queue"].flatMap({ try? QueueName($0) }), let key = texts["key"],
      let id = texts["id"].flatMap({ try? JobID($0) })
    else { return nil }
    self.init(kind: kind, queue: queue, key: key, id: id)
    isJobRemoved = isRemoved
    onConflict = texts["on_conflict"].flatMap { UniqueConflict(rawValue: $0) }
    replaces = texts["replaces"]
    guard kind == .idempotency else { return }
    guard let digest = Self.digest(texts["digest"] ?? ""),
      let expiry = texts["expires_at"].flatMap(TextTime.read)
    else { return nil }
    (self.digest, expiresAt) = (digest, expiry)
  }

  private static func digest(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 97...102: digit - 87
    default: nil
    }
  }
}

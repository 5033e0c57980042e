import Text

extension NewJob {
  /// How long a request with an idempotency key is known again (design.md §4, "Retention").
  package static let requestLifetime = TimeSpan.hours(24)

  /// When a request that is accepted now is forgotten.
  package func requestExpiry(at now: Instant) -> Instant {
    now + (idempotencyLifetime ?? Self.requestLifetime)
  }

  /// Tells whether two requests under one idempotency key are the same: the SHA-256 of type, payload
  /// and tags, each with its length in front, so that no two contents run together.
  package var contentDigest: [UInt8] {
    var content = ByteBuffer(capacity: payload.count + 64)
    for part in [
      Array(type.description.utf8), payload, Array((TagText.write(tags) ?? "").utf8),
    ] {
      content.append(decimal: part.count)
      content.append(UInt8(ascii: ":"))
      content.append(contentsOf: part)
    }
    return SHA256.digest(content.bytes)
  }
}

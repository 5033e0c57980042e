import Text

/// Tags as one JSON object of texts, the form in which stores keep them.
package enum TagText {
  /// The object, or nothing for no tags.
  package static func write(_ tags: [Tag]) -> String? {
    guard !tags.isEmpty else { return nil }
    var writer = JSONWriter(capacity: 64)
    writer.beginObject()
    for tag in tags { writer.member(tag.name, tag.value) }
    writer.endObject()
    return writer.buffer.text
  }

  /// The tags of an object.
  ///
  /// A record may come from any program, so what no door of ours would have let in is left out
  /// rather than made the reader's trouble.
  package static func read(_ text: String?) -> [Tag] {
    guard let text, let object = try? JSONValue.parse(Array(text.utf8)),
      let members = object.members
    else { return [] }
    return members.compactMap { member in
      member.value.string.flatMap { try? Tag(kept: member.key, value: $0) }
    }
  }
}

import Jobs

// Which queues a worker works on, in its file: the first slots, before those of executions. Each begins
// with a word that is no job's id, so that an older qctl passes it over; names follow, a line each, cut
// into pieces of what a slot holds.

extension PresenceSlot {
  private static let mark: Int64 = -1
  private static let pieceSize = PresenceHeader.slotSize - 8

  /// Whole slots that name some queues; none for none.
  static func slots(naming queues: [QueueName]) -> [UInt8] {
    let text = queues.flatMap { Array($0.description.utf8) + [UInt8(ascii: "\n")] }
    var slots = WordWriter()
    var rest = text[...]
    while !rest.isEmpty {
      let piece = rest.prefix(pieceSize)
      rest = rest.dropFirst(piece.count)
      slots.append(mark)
      slots.bytes += piece + Array(repeating: 0, count: pieceSize - piece.count)
    }
    return slots.bytes
  }

  /// The queues that a worker's file names; none where it is an older qctl's.
  static func queues(in bytes: [UInt8]) -> [QueueName] {
    var text: [UInt8] = []
    var start = PresenceHeader.size
    while start + PresenceHeader.slotSize <= bytes.count,
      PresenceHeader.word(bytes, start) == mark
    {
      text += bytes[(start + 8)..<(start + PresenceHeader.slotSize)].filter { $0 != 0 }
      start += PresenceHeader.slotSize
    }
    return text.split(separator: UInt8(ascii: "\n")).compactMap {
      try? QueueName(String(decoding: $0, as: UTF8.self))
    }
  }
}

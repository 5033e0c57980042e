/// What an event of the loop is about, packed into the 64 bits that the kernel keeps for us.
///
/// A job's part names its slot and the number of its start: an event that was waiting when the
/// slot got another job is thus told apart, and ignored.
struct LoopToken: Hashable {
  /// Which of a job's descriptors.
  enum Part: UInt64 {
    case exit, output, error, input
  }

  let rawValue: UInt64

  /// The signals, and what others do to the store; no start ever has these numbers.
  static let signals = LoopToken(rawValue: .max)
  static let bell = LoopToken(rawValue: .max - 1)
  static let files = LoopToken(rawValue: .max - 2)
  static let workers = LoopToken(rawValue: .max - 3)

  /// Set in the tokens of handlers that have jobs one after the other; no worker starts so many.
  private static let handlerBit: UInt64 = 1 << 63

  private static let partBits: UInt64 = 2
  private static let slotBits: UInt64 = 16
  /// How many slots can be told apart.
  static let mostSlots = 1 << 16

  init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The token of a job's first part.
  init(start: UInt64, slot: Int) {
    let low = UInt64(truncatingIfNeeded: slot) & (1 << Self.slotBits - 1)
    rawValue = (start << Self.slotBits | low) << Self.partBits
  }

  /// The token of the first part of a handler that speaks in lines.
  init(handler number: UInt64) {
    rawValue = Self.handlerBit | number << Self.partBits
  }

  /// Whether it is about such a handler.
  var isHandler: Bool { rawValue & Self.handlerBit != 0 }

  func with(_ part: Part) -> LoopToken { LoopToken(rawValue: job.rawValue | part.rawValue) }

  /// The token without its part.
  var job: LoopToken { LoopToken(rawValue: rawValue & ~3) }

  var part: Part { Part(rawValue: rawValue & 3) ?? .exit }

  var slot: Int { Int(rawValue >> Self.partBits & (1 << Self.slotBits - 1)) }
}

import CommandLineSpec
import Jobs

/// Ids as operands: each an id, or `-` for ids on standard input, one a line.
enum JobOperand: Sendable, Equatable {
  case id(JobID)
  case standardInput

  static func parse(_ text: String) throws(ValueError) -> JobOperand {
    text == "-" ? .standardInput : .id(try ValueText.id(text))
  }
}

extension Operand {
  /// Any number of jobs by id, or `-` for ids on standard input.
  static func jobs(
    _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [JobOperand]>, _ summary: String
  ) -> Self {
    many("ID", path(), "\(summary); - reads ids from standard input") {
      (text) throws(ValueError) in try JobOperand.parse(text)
    }.completing(.jobID)
  }

  /// Queues by name.
  static func queues(
    minimum: Int = 0, _ path: @autoclosure @escaping @Sendable () -> Slot<Options, [QueueName]>,
    _ summary: String
  ) -> Self {
    many("QUEUE", minimum: minimum, path(), summary) { (text) throws(ValueError) in
      try ValueText.queue(text)
    }.completing(.queue)
  }
}

extension [JobOperand] {
  /// The ids, standard input read where it is named.
  func ids(in context: CommandContext) throws(CommandFailure) -> [JobID] {
    var ids: [JobID] = []
    var seen = Set<JobID>()
    for operand in self {
      switch operand {
      case .id(let id): if seen.insert(id).inserted { ids.append(id) }
      case .standardInput:
        for id in try Self.readIDs(context) where seen.insert(id).inserted { ids.append(id) }
      }
    }
    return ids
  }

  private static func readIDs(_ context: CommandContext) throws(CommandFailure) -> [JobID] {
    if context.streams.inputIsTerminal { context.tell("reading ids from the terminal, one a line") }
    let bytes = try context.interaction.readAll(largestInput)
    var ids: [JobID] = []
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let text = String(decoding: line, as: UTF8.self)
      guard !text.isEmpty else { continue }
      do {
        ids.append(try JobID(text))
      } catch {
        throw .failed(.badData, "standard input, line \(number): the id \(error.reason)")
      }
    }
    return ids
  }

  private static let largestInput = 64 << 20
}

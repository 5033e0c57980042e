import PosixIO

/// Feeds one pipe and drains two at the same time, so that none of them can fill up and block.
struct PipeTransfer: ~Copyable {
  private(set) var output: [UInt8] = []
  private(set) var errors: [UInt8] = []
  private var input: ArraySlice<UInt8>
  private var inputPipe: FileDescriptor?
  private var outputPipe: FileDescriptor?
  private var errorPipe: FileDescriptor?

  init(
    input: [UInt8], to inputPipe: consuming FileDescriptor,
    from outputPipe: consuming FileDescriptor, and errorPipe: consuming FileDescriptor
  ) {
    self.input = input[...]
    self.inputPipe = consume inputPipe
    self.outputPipe = consume outputPipe
    self.errorPipe = consume errorPipe
  }

  /// Runs until both outputs are closed; false when the monotonic `deadline` came first.
  mutating func run(until deadline: Int64) throws(SystemError) -> Bool {
    try prepare()
    while outputPipe != nil || errorPipe != nil {
      var entries = [
        PollEntry(Self.number(inputPipe), .write),
        PollEntry(Self.number(outputPipe), .read),
        PollEntry(Self.number(errorPipe), .read),
      ]
      let left = (deadline - SystemClock.monotonicNanoseconds()) / 1_000_000
      if left <= 0 { return false }
      _ = try Poll.wait(for: &entries, milliseconds: Int(left))
      if !entries[0].ready.isEmpty { try feed() }
      if !entries[1].ready.isEmpty { try Self.drain(&outputPipe, into: &output) }
      if !entries[2].ready.isEmpty { try Self.drain(&errorPipe, into: &errors) }
    }
    inputPipe = nil
    return true
  }

  private mutating func prepare() throws(SystemError) {
    if input.isEmpty { inputPipe = nil }
    try inputPipe?.setNonBlocking()
    try outputPipe?.setNonBlocking()
    try errorPipe?.setNonBlocking()
  }

  private mutating func feed() throws(SystemError) {
    do {
      input = input.dropFirst(try inputPipe?.write(input) ?? input.count)
    } catch {
      switch error.code {
      case .wouldBlock: return
      // The program does not want the rest.
      case .brokenPipe: input = []
      default: throw error
      }
    }
    if input.isEmpty { inputPipe = nil }
  }

  private static func drain(
    _ pipe: inout FileDescriptor?, into bytes: inout [UInt8]
  ) throws(SystemError) {
    do {
      let piece = try pipe?.read(upTo: 64 << 10) ?? []
      bytes += piece
      if piece.isEmpty { pipe = nil }
    } catch {
      if error.code != .wouldBlock { throw error }
    }
  }

  private static func number(_ pipe: borrowing FileDescriptor?) -> Int32 {
    switch pipe {
    case .some(let pipe): pipe.rawValue
    case .none: -1
    }
  }
}

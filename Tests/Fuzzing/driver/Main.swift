import Fuzzing
import Glibc
import PosixIO
import TestSupport

// A long run over all parsers, by `make fuzz`. Built with `-sanitize=fuzzer -D COVERAGE` it is guided
// by libFuzzer: the first byte of an input chooses the parser. Otherwise it changes the examples at
// random, with a seed that it prints, for as many seconds as its argument says.

#if COVERAGE
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runLibFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ try: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
  ) -> CInt

  /// The parsers once, as this is asked for every input.
  private let parsers = Parser.all

  @main
  enum Main {
    static func main() {
      if let folder = CommandLine.arguments.last { writeExamples(folder) }
      var count = CommandLine.argc
      var words = CommandLine.unsafeArgv
      exit(
        runLibFuzzer(&count, &words) { bytes, size in
          Main.tryOne(UnsafeBufferPointer(start: bytes, count: size))
          return 0
        })
    }

    /// Begins a folder of inputs with the examples; no harm where that fails.
    private static func writeExamples(_ folder: String) {
      for (number, parser) in parsers.enumerated() {
        for (index, example) in parser.examples.enumerated() {
          let path = "\(folder)/\(number)-\(index)"
          try? FileSystem.replaceFile(path, with: [UInt8(truncatingIfNeeded: number)] + example)
        }
      }
    }

    private static func tryOne(_ bytes: UnsafeBufferPointer<UInt8>) {
      guard let first = bytes.first, Int(first) < parsers.count else { return }
      let parser = parsers[Int(first)]
      guard case .wrong(let clause) = parser.judge(Array(bytes.dropFirst())) else { return }
      _ = try? StandardStream.error.writeAll(Array("\(parser): \(clause)\n".utf8))
      abort()
    }
  }
#else
  @main
  enum Main {
    static func main() {
      let seconds = CommandLine.arguments.dropFirst().first.flatMap { Int64($0) } ?? 60
      let end = SystemClock.monotonicNanoseconds() + seconds * 1_000_000_000
      var random = SeededGenerator()
      print(random.note)
      var trials = Parser.all.map { Trial($0) }
      while SystemClock.monotonicNanoseconds() < end {
        for index in trials.indices {
          let failure = trials[index].run(100, &random) ?? trials[index].runLong(1, &random)
          guard let failure else { continue }
          print(failure)
          exit(1)
        }
      }
      for (parser, trial) in zip(Parser.all, trials) {
        print("\(parser): \(trial.accepted) accepted, \(trial.refused) refused")
      }
    }
  }
#endif

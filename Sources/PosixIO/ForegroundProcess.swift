import Glibc

/// A program that has the terminal until it ends, as a shell runs one.
///
/// It is in our process group, so that Ctrl-C and Ctrl-Z mean it as they mean us; our own Ctrl-C is
/// only noted meanwhile.
package enum ForegroundProcess {
  /// Runs a program to its end; a wish that this process end is passed on to it.
  ///
  /// The terminal is as before afterwards, should a signal have kept the program from seeing to that.
  package static func run(
    _ request: SpawnRequest, _ signals: SessionSignals
  ) throws(SystemError) -> ExitOutcome {
    var settings = termios()
    let isTerminal = tcgetattr(StandardStream.input.rawValue, &settings) == 0
    let child = try ChildProcess.spawn(request)
    var wasTold = false
    while true {
      if let outcome = try child.tryWait() {
        if case .signaled = outcome, isTerminal {
          _ = tcsetattr(StandardStream.input.rawValue, TCSADRAIN, &settings)
        }
        return outcome
      }
      if !wasTold, let end = signals.end {
        wasTold = true
        try? end.send(to: child.pid)
        continue
      }
      // The end of a child is a signal too.
      _ = try Poll.wait(for: .read, on: signals.descriptor, milliseconds: nil)
      signals.hear()
    }
  }
}

extension ExitOutcome {
  /// The status that a shell would tell: 128 and the number for a signal.
  package var shellStatus: Int32 {
    switch self {
    case .exited(let status): status
    case .signaled(let signal, _): 128 &+ signal.rawValue
    }
  }
}

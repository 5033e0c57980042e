import Jobs
import PosixIO
import Storage
import Text

/// One payload in an editor: opened, checked, stored; and whatever goes wrong, no work is lost.
///
/// The text is only removed once it is stored, or was not changed.
struct EditorSession {
  private let options: EditOptions
  private let context: CommandContext
  private let revision: PayloadRevision

  init(_ options: EditOptions, _ context: CommandContext) {
    self.options = options
    self.context = context
    revision = PayloadRevision(options, context)
  }

  func run() throws(CommandFailure) -> ExitStatus {
    let editor = try Editor(context, mayAsk: !options.bulk.acting.noInput)
    guard let detail = try revision.job() else { return .negative }
    if !options.force, !isValidUTF8(detail.payload) {
      throw .failed(
        .badData,
        "the payload of job \(detail.job.id) is no text; replace it with --payload-file, "
          + "or open it with --force")
    }
    let file = try EditorFile(detail, isPretty: options.isPretty, context)
    while true {
      try edit(file, with: editor)
      let text = try read(file)
      guard let text, text != file.text else { return unchanged(file) }
      let payload = file.payload(of: text)
      switch try objection(to: payload, of: detail, in: file) {
      case .none: return try store(payload, of: detail, from: file)
      case .editAgain: continue
      case .giveUp(let status): return status
      }
    }
  }

  /// Runs the editor; an end other than success changes nothing.
  private func edit(_ file: EditorFile, with editor: Editor) throws(CommandFailure) {
    let end: Editor.End
    do {
      end = try editor.open(file.path)
    } catch {
      throw failed(.configuration, "cannot run the editor: \(error.code.reason)", file)
    }
    switch end {
    case .success: return
    case .failed(let how): throw failed(.negative, "the editor \(how)", file)
    case .stopped: throw failed(.interrupted, "stopped", file)
    }
  }

  private func failed(
    _ status: ExitStatus, _ reason: String, _ file: EditorFile
  ) -> CommandFailure {
    guard (try? file.read()) != file.text else {
      file.remove()
      return .failed(status, "\(reason); nothing was changed")
    }
    return .failed(status, "\(reason); nothing was changed. Your text is in \(file.shownPath)")
  }

  /// The edited text; `nil` if its file is gone.
  private func read(_ file: EditorFile) throws(CommandFailure) -> [UInt8]? {
    do {
      return try file.read()
    } catch {
      switch error.code {
      case .noSuchFile: return nil
      case .fileTooLarge:
        throw .failed(
          .badData,
          "the payload would be over the limit of \(NewJob.largestPayload) bytes (256 KiB); "
            + "nothing was changed. Your text is in \(file.shownPath)")
      default:
        throw .failed(
          .inputOutput, "cannot read \(file.shownPath): \(error.code.reason); nothing was changed")
      }
    }
  }

  private func unchanged(_ file: EditorFile) -> ExitStatus {
    file.remove()
    if !options.bulk.output.quiet { context.tell("nothing was changed") }
    return .success
  }

  private enum Verdict {
    case none, editAgain
    case giveUp(ExitStatus)
  }

  /// What to do where JSON became something else.
  private func objection(
    to payload: [UInt8], of detail: JobDetail, in file: EditorFile
  ) throws(CommandFailure) -> Verdict {
    guard !options.force, let reason = revision.objection(to: payload, of: detail.payload) else {
      return .none
    }
    guard context.streams.inputIsTerminal, !options.bulk.acting.noInput else {
      throw .failed(
        .badData,
        "\(reason); --force stores it all the same. Nothing was changed; "
          + "your text is in \(file.shownPath)")
    }
    context.tell(reason)
    context.say("Edit again, store it all the same, or leave it? [e/s/L] ")
    let answer = context.interaction.readLine()
    if answer == nil { context.say("\n") }
    switch answer?.lowercased() {
    case "e", "edit": return .editAgain
    case "s", "store": return .none
    default:
      context.tell("nothing was changed. Your text is in \(file.shownPath)")
      return .giveUp(.negative)
    }
  }

  private func store(
    _ payload: [UInt8], of detail: JobDetail, from file: EditorFile
  ) throws(CommandFailure) -> ExitStatus {
    do {
      let status = try revision.store(payload, of: detail)
      if status == .success {
        file.remove()
      } else {
        context.tell("your text is in \(file.shownPath)")
      }
      return status
    } catch {
      context.tell("your text is in \(file.shownPath)")
      throw error
    }
  }
}

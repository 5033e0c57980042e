import PosixIO

/// Telling a handler of jobs.
extension LineHandler {
  /// Begins with what comes next: what it said in between belongs to no job.
  func begin(at now: Tick) {
    progress = now
    forgetErrors()
  }

  /// Gives it a job; `send` then writes what the pipe takes.
  func tell(_ job: RunningJob, _ line: [UInt8]) {
    jobs.append(job)
    told += line.count
    outgoing += line
  }

  /// Writes more of the lines, and closes the pipe behind the last of a handler that gets no more.
  ///
  /// - Returns: whether something is left to be written.
  func send() -> Bool {
    guard let number = input?.rawValue else { return false }
    guard let count = RunningJob.write(outgoing[...], to: BorrowedDescriptor(number)) else {
      // Nobody reads any more: what is not answered shows when the process ends.
      closeInput()
      isEnding = true
      return false
    }
    outgoing.removeFirst(count)
    guard outgoing.isEmpty else { return true }
    if !isPersistent { closeInput() }
    return false
  }

  func closeInput() {
    noteRead()
    input = nil
  }

  /// Learns how much of what it was told it has read.
  func noteRead() {
    let written = told - outgoing.count
    let left = (try? inputReader?.unreadCount()) ?? (try? input?.unreadCount()) ?? written
    read = max(read, written - left)
  }
}

package import Jobs
package import PosixIO
package import Storage

/// What a worker tells whoever runs it, as it happens; the engine itself prints nothing.
package enum WorkerEvent: Equatable, Sendable {
  /// A handler was started for this job.
  case started(Job)
  /// An execution is over and the store knows.
  case finished(JobEnd)
  /// The lease was somebody else's: what the execution did is not recorded.
  case leaseLost(Job)
  /// The store could not be told in time how this execution ended; its lease will run out.
  case abandoned(Job)
  /// Something that the operator should look at.
  case warning(WorkerWarning)
  /// A call to the store failed; it is tried again. Told once until it works again.
  case storeFailed(StorageError)
  /// The store works again.
  case storeRecovered
  /// A signal asks to stop: no new jobs, and so many still run.
  case draining(Signal, running: Int)
  /// A second signal: the handlers are being killed.
  case stoppingAtOnce
  /// No new jobs from now on, by SIGUSR1.
  case quiet
  /// So many handlers may run at a time from now on.
  case concurrency(Int)
  /// SIGHUP, and the handler was looked for anew; with what kept it from being found.
  case reloaded(SystemError?)
  /// Jobs of a worker that is gone are free again.
  case rescued(Rescuer.Rescued)
  /// SIGUSR2 asks how things stand.
  case status(WorkerStatus)
}

/// How an execution ended.
package struct JobEnd: Equatable, Sendable {
  /// The job as claimed.
  package let job: Job
  /// What the worker asked of the store.
  package let verdict: Settlement.Verdict
  /// The state that the job is in now.
  package let state: JobState
  /// How long the handler ran.
  package let duration: TimeSpan
  /// The handler's exit status, where it exited.
  package let exitCode: Int64?
  /// The signal that ended it, where one did.
  package let signal: Int64?
  /// The end of what it said on failure.
  package let error: String?
}

/// Something that the operator should look at.
package enum WorkerWarning: Equatable, Sendable {
  /// The handler left a control file that is not understood; its exit status alone counts.
  case controlFile(Job, reason: String)
  /// Exit status 126 or 127: a command of the handler was not found or may not be run.
  case missingCommand(Job, status: Int32)
  /// The handler could not be started; the job was given back.
  case spawnFailed(Job, SystemError)
  /// A handler that lives on ended before it had read of its jobs, which were given back; how.
  case endedAtOnce(String)
  /// A handler that lives on wrote what is no answer while it had no job, and was killed; what.
  case brokeRules(String)
  /// Others declared this worker lost, since it had shown no life for too long: its handlers are
  /// killed, and it begins anew.
  case declaredLost
  /// It can't show life to others on this host, and goes by leases instead.
  case noPresence(SystemError)
  /// Workers that are gone can't be looked for.
  case noRescue(SystemError)
  /// A schedule could not be fired; told once.
  case scheduleFailed(ScheduleName, ScheduleTicker.Trouble)
  /// The directory for control files could not be removed.
  case controlDirectoryLeft(SystemError)
}

/// How things stand.
package struct WorkerStatus: Equatable, Sendable {
  /// A job in hand.
  package struct Running: Equatable, Sendable {
    /// The job as claimed.
    package let job: Job
    /// The handler's process.
    package let process: Int32
    /// How long it has been running.
    package let elapsed: TimeSpan
  }

  /// The jobs in hand.
  package let running: [Running]
  /// How many may run at a time.
  package let concurrency: Int
  /// What was done so far.
  package let counts: WorkerCounts
  /// Whether new jobs are taken.
  package let claims: Bool
}

extension Job {
  /// The job as another store takes it in: nobody there knows its worker.
  ///
  /// An active one is as its rescue would leave it, ready and marked, since its handler may have run;
  /// or cancelled, where it was asked to stop. Its end is then its beginning, not the moment of the
  /// handover, so that whoever takes it in twice finds the same job. Others are as they are.
  package var withoutWorker: Job {
    var job = self
    guard (try? job.apply(.rescue(.started), at: startedAt ?? enqueuedAt)) != nil else {
      return self
    }
    return job
  }
}

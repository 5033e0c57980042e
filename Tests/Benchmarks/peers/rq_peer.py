"""Asks rq what an operator asks.

    rq_peer.py SOCKET fill JOBS DEAD SHAPE…
    rq_peer.py SOCKET info|failed

`info` is `rq info`; `failed` lists a hundred jobs of the failed registry, for which rq has no command.
"""

import sys


def connect(socket):
    from redis import Redis

    return Redis(unix_socket_path=socket)


def fill(redis, jobs, dead, shapes):
    """The keys that rq itself would write, in fewer steps."""
    from rq.job import Job

    redis.sadd("rq:queues", "rq:queue:q")
    for start in range(0, jobs, 10_000):
        redis.rpush("rq:queue:q", *[f"job-{n}" for n in range(start, min(start + 10_000, jobs))])
    pipe = redis.pipeline(transaction=False)
    for n in range(dead):
        job = Job.create(
            "work.send", args=(n,), id=f"dead-{n}", connection=redis, origin="q", status="failed")
        job._exc_info = shapes[n % len(shapes)] % n
        job.save(pipeline=pipe)
        pipe.zadd("rq:failed:q", {job.id: 4_000_000_000 + n})
        if n % 1000 == 999:
            pipe.execute()
    pipe.execute()


def failed(redis):
    from rq.job import Job
    from rq.registry import FailedJobRegistry

    ids = FailedJobRegistry("q", connection=redis).get_job_ids(-100, -1)
    for job in Job.fetch_many(ids, connection=redis):
        print(job.id, job.origin, job.func_name, job.enqueued_at, job.ended_at, job.exc_info)


def info(socket):
    from rq.cli import main

    sys.argv = ["rq", "info", "--url", f"unix://{socket}"]
    main()


socket, what = sys.argv[1:3]
if what == "fill":
    fill(connect(socket), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
elif what == "failed":
    failed(connect(socket))
else:
    info(socket)

"""Drives another job queue through the same work, in this process, with synchronous=FULL.

    peer.py huey|litequeue|persist-queue  enqueue|settle-claim  N  FOLDER
    peer.py dirq                          enqueue|claim         N  FOLDER

Prints `ops_per_second`. Each is called as its own documentation does, at its cheapest durable level.
"""

import os
import sys
import time

PAYLOAD = '{"n":1234567}'


class Huey:
    """Its claim deletes the job, so a crash loses it: there is nothing left to settle."""

    def __init__(self, folder):
        from huey.storage import SqliteStorage

        self.storage = SqliteStorage("bench", filename=f"{folder}/huey.db", fsync=True)

    def enqueue(self):
        self.storage.enqueue(PAYLOAD.encode())

    def claim_and_settle(self):
        return self.storage.dequeue() is not None


class LiteQueue:
    """Opens its database with synchronous=NORMAL; raised to FULL here."""

    def __init__(self, folder):
        from litequeue import LiteQueue as Queue

        self.queue = Queue(f"{folder}/litequeue.db")
        self.queue.conn.execute("PRAGMA synchronous=FULL")

    def enqueue(self):
        self.queue.put(PAYLOAD)

    def claim_and_settle(self):
        message = self.queue.pop()
        if message is not None:
            self.queue.done(message.message_id)
        return message is not None


class PersistQueue:
    """Leaves SQLite at its default, which is FULL; said again here, so that it stays so."""

    def __init__(self, folder):
        import persistqueue

        self.empty = persistqueue.Empty
        self.queue = persistqueue.SQLiteAckQueue(folder)
        self.queue._conn.execute("PRAGMA synchronous=FULL")

    def enqueue(self):
        self.queue.put(PAYLOAD)

    def claim_and_settle(self):
        try:
            item = self.queue.get(block=False)
        except self.empty:
            return False
        self.queue.ack(item)
        return True


class DirQueue:
    """Syncs nothing by itself; here the file of a new job and its folder are, as ours are."""

    def __init__(self, folder):
        from dirq.QueueSimple import QueueSimple

        self.queue = QueueSimple(f"{folder}/dirq")
        self.name = None

    def enqueue(self):
        path = f"{self.queue.path}/{self.queue.add(PAYLOAD)}"
        self._sync(path)
        self._sync(os.path.dirname(path))

    @staticmethod
    def _sync(path):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def claim(self):
        """Its lock is its claim; the content is read as any worker would."""
        self.name = self.queue.first() if self.name is None else self.queue.next()
        return bool(self.name) and self.queue.lock(self.name) and bool(self.queue.get(self.name))


PEERS = {"dirq": DirQueue, "huey": Huey, "litequeue": LiteQueue, "persist-queue": PersistQueue}


def main(name, work, count, folder):
    peer = PEERS[name](folder)
    jobs = int(count)
    operation = peer.enqueue
    if work != "enqueue":
        for _ in range(jobs):
            peer.enqueue()
        operation = peer.claim if work == "claim" else peer.claim_and_settle
    start = time.perf_counter()
    for _ in range(jobs):
        if operation() is False:
            sys.exit("a job is missing")
    print(f"ops_per_second {jobs / (time.perf_counter() - start):.1f}")


main(*sys.argv[1:])

"""Makes a queue of dead jobs, far faster than handlers could fail.

    dead.py QUEUE COUNT
"""

import os
import sqlite3
import subprocess
import sys
import time

queue, count = sys.argv[1], int(sys.argv[2])
lines = "".join(f'{{"queue":"{queue}","type":"t","payload":{n}}}\n' for n in range(count))
subprocess.run(["qctl", "enqueue", "--bulk", "-", "--quiet"], input=lines, text=True, check=True)
db = sqlite3.connect(os.environ["QCTL_STORE"], timeout=120)
with db:
    db.execute(
        "UPDATE qctl_jobs SET bulk = NULL, state = 'dead', finished_at = ?, attempt = 1, failures = max_attempts,"
        " error = 'made dead' WHERE queue = ? AND (state = 'ready' OR bulk IS NOT NULL)", (int(time.time() * 1000), queue))
    db.execute("DELETE FROM qctl_bulks WHERE queue = ?", (queue,))
    db.execute("UPDATE qctl_queues SET dead = dead + ready, ready = 0 WHERE queue = ?", (queue,))
db.close()

"""The checks of syscalls.py, on a good trace and on copies of it with one thing wrong each.

Prints the complaints that did not come, and those that came of the good one.
"""

from syscalls import calls, durability, locking

STORE = "/s/n/queue.db"
# A first enqueue, shortened: folder, file, log, commit, sync, fold, acknowledgement.
GOOD = """\
1 mkdirat(AT_FDCWD</s>, "/s/n", 0700) = 0
1 openat(AT_FDCWD</s>, "/s", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 3</s>
1 fsync(3</s>) = 0
1 openat(AT_FDCWD</s>, "/s/n/queue.db", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 3</s/n/queue.db>
1 close(3</s/n/queue.db>) = 0
1 openat(AT_FDCWD</s>, "/s/n/queue.db", O_RDWR|O_NOFOLLOW|O_CLOEXEC) = 4</s/n/queue.db>
1 fcntl(4</s/n/queue.db>, F_SETLK, {l_type=F_RDLCK, l_whence=SEEK_SET, l_start=1073741826, l_len=510}) = 0
1 openat(AT_FDCWD</s>, "/s/n/queue.db-wal", O_RDWR|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0600) = 5</s/n/queue.db-wal>
1 pwrite64(5</s/n/queue.db-wal>, "header"..., 32, 0) = 32
1 pwrite64(5</s/n/queue.db-wal>, "frame"..., 4096, 56) = 4096
2 write(3</s/n/other>, "not of this process", 19) = 19
1 fdatasync(5</s/n/queue.db-wal> <unfinished ...>
2 fdatasync(3</s/n/other>) = 0
1 <... fdatasync resumed>) = 0
1 openat(AT_FDCWD</s>, "/s/n", O_RDONLY|O_CLOEXEC) = 7</s/n>
1 fdatasync(7</s/n>) = 0
1 pwrite64(4</s/n/queue.db>, "page"..., 4096, 8192) = 4096
1 fdatasync(4</s/n/queue.db>) = 0
1 pwrite64(5</s/n/queue.db-wal>, "header"..., 32, 0) = 32
1 pwrite64(5</s/n/queue.db-wal>, "frame"..., 4096, 56) = 4096
1 fdatasync(5</s/n/queue.db-wal>) = 0
1 fcntl(4</s/n/queue.db>, F_SETLK, {l_type=F_UNLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = 0
1 close(4</s/n/queue.db>) = 0
1 write(1<pipe:[1]>, "0s9zs5bjkfycg\\n", 14) = 14
1 exit_group(0) = ?
""".splitlines()

# The same without a log: the removal of the journal is the commit.
ROLLBACK = """\
1 openat(AT_FDCWD</s>, "/s/n/queue.db-journal", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 5</s/n/queue.db-journal>
1 pwrite64(4</s/n/queue.db>, "page"..., 4096, 8192) = 4096
1 fdatasync(4</s/n/queue.db>) = 0
1 unlink("/s/n/queue.db-journal") = 0
1 fdatasync(7</s/n>) = 0
1 exit_group(0) = ?
""".splitlines()


def complaints(lines, **more):
    trace = list(calls("\n".join(lines)))
    return list(locking(trace, STORE)) + list(durability(trace, STORE, **more))


def without(lines, *places):
    return [line for place, line in enumerate(lines) if place not in places]


def moved(lines, place, to):
    lines = list(lines)
    lines.insert(to, lines.pop(place))
    return lines


def changed(lines, place, old, new):
    assert old in lines[place], lines[place]
    return [line.replace(old, new) if n == place else line for n, line in enumerate(lines)]


def place_of(lines, text, number=0):
    return [n for n, line in enumerate(lines) if text in line][number]


def doctored():
    sync_of_log = place_of(GOOD, "fdatasync(5", 1)
    first_sync = place_of(GOOD, "fdatasync(5")
    told = place_of(GOOD, "write(1<")
    folder = place_of(GOOD, "fdatasync(7")
    yield "the last sync is missing", without(GOOD, sync_of_log), "before queue.db-wal"
    yield "it fails", changed(GOOD, sync_of_log, "= 0", "= -1 EIO"), "before queue.db-wal"
    yield "it is of another file", changed(GOOD, sync_of_log, "-wal", "-shm"), "before queue.db-wal"
    yield "it comes too late", moved(GOOD, sync_of_log, told), "before queue.db-wal"
    yield "it comes too early", moved(GOOD, sync_of_log, sync_of_log - 1), "before queue.db-wal"
    begun = changed(without(GOOD, sync_of_log), told - 1, ") = 14", " <unfinished ...>")
    begun[told:told] = [GOOD[sync_of_log], "1 <... write resumed>) = 14"]
    yield "the answer begins before it", begun, "before queue.db-wal"
    beside = changed(GOOD, sync_of_log, ") = 0", " <unfinished ...>")
    beside.insert(sync_of_log + 1, GOOD[sync_of_log - 1].replace("1 ", "3 ", 1))
    beside.insert(sync_of_log + 2, "1 <... fdatasync resumed>) = 0")
    beside.insert(0, "1 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 3")
    yield "a thread writes during it", beside, "before queue.db-wal"
    yield "the folder above is not synced", without(GOOD, place_of(GOOD, "fsync(3</s>")), "the name n was"
    yield "the folder is not synced", without(GOOD, folder), "the name queue.db-wal was"
    yield "the folder is synced too early", moved(GOOD, folder, 6), "the name queue.db-wal was"
    yield "pages go before the log", without(GOOD, first_sync, first_sync + 2), "what was not safe in the log"
    yield "the log begins before the pages", without(GOOD, place_of(GOOD, "fdatasync(4")), "began the log anew"
    removed = GOOD[:place_of(GOOD, "fdatasync(4")] + ['1 unlink("/s/n/queue.db-wal") = 0']
    yield "the log goes before the pages", removed, "removed the log"
    yield "a descriptor is closed too many", changed(
        GOOD, folder, "fdatasync(7</s/n>)", "close(8</s/n/queue.db>)"), "closed while locked"
    yield "nothing is written", [line for line in GOOD if "pwrite" not in line], "proves nothing"
    yield "the journal's removal is not synced", without(ROLLBACK, 4), "the name queue.db-journal was"
    yield "the pages are not synced", without(ROLLBACK, 2), "before queue.db was"


for name, lines in ("the first enqueue", GOOD), ("one without a log", ROLLBACK):
    for complaint in complaints(lines):
        print(f"{name}: {complaint}")
for name, lines, wanted in doctored():
    found = complaints(lines)
    if not any(wanted in complaint for complaint in found):
        print(f"nobody complained though {name}: {found}")

# Only where it is asked for does the start of a handler acknowledge; and a worker tells of jobs.
WORK = without(GOOD, *range(place_of(GOOD, "fdatasync(5", 1), len(GOOD)))
SPAWN = "1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 9"
TOLD = '1 write(2<pipe:[1]>, "2026-11-21T13:31:03+00:00 0s9zsnwpkv5w0 default completed 5ms\\n", 62) = 62'
for line, spawns, count in (SPAWN, False, 0), (SPAWN, True, 1), (TOLD, False, 1), (GOOD[-1], False, 0):
    found = complaints(WORK + [line], words=("work",), spawns=spawns)
    if len(found) != count:
        print(f"a worker, {line[:20]}, {spawns}: {found}")

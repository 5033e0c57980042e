"""rq on a Redis of its own in the scratch folder: as many waiting and failed jobs as qctl's store has."""

import os
import shutil
import subprocess
import sys
import time

from workshop import HERE, SCRATCH, Unavailable, first_line

PACKAGES = ["rq==1.16.2", "redis==5.0.8"]
DEBIAN = ["redis-server", "redis-tools", "libjemalloc2", "liblzf1", "liblua5.1-0", "lua-bitop",
          "lua-cjson", "libhiredis0.14"]


class Redis:
    """A server with its jobs, until it is stopped."""

    def __init__(self, workshop, jobs, dead, shapes):
        self._packages()
        server = shutil.which("redis-server") or self._unpacked()
        folder = SCRATCH / "stores" / "redis"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.socket = folder / "socket"
        # A socket's path may not be long, so the server is started in its folder.
        self._server = subprocess.Popen(
            [server, "--port", "0", "--unixsocket", "socket", "--save", ""], cwd=folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait()
            self._run(self.command("fill") + [str(jobs), str(dead), *shapes])
        except Unavailable:
            self.stop()
            raise

    def command(self, what):
        """A command line that asks rq."""
        return [sys.executable, "-B", str(HERE / "peers" / "rq_peer.py"), str(self.socket), what]

    def stop(self):
        self._server.kill()
        self._server.wait()

    def _wait(self):
        end = time.monotonic() + 30
        while not self.socket.exists():
            if self._server.poll() is not None or time.monotonic() > end:
                raise Unavailable("redis-server: does not start")
            time.sleep(0.02)

    @staticmethod
    def _packages():
        folder = SCRATCH / "rq"
        path = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = f"{folder}:{path}" if path else str(folder)
        if (folder / "rq").is_dir():
            return
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--timeout", "10"]
        command += ["--retries", "1", "--disable-pip-version-check", "--target", str(folder)]
        Redis._run([*command, *PACKAGES], "rq: cannot be installed with pip")

    @staticmethod
    def _unpacked():
        """The server out of its packages, which are not installed."""
        folder = SCRATCH / "redis"
        server = folder / "usr" / "bin" / "redis-server"
        if not os.access(server, os.X_OK):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            Redis._run(["apt-get", "download", *DEBIAN], "redis-server: no package", cwd=folder)
            for package in sorted(folder.glob("*.deb")):
                Redis._run(["dpkg", "-x", str(package), str(folder)], "redis-server: no package")
        for library in folder.glob("usr/lib/*-linux-gnu*"):
            os.environ["LD_LIBRARY_PATH"] = str(library)
        return str(server)

    @staticmethod
    def _run(command, complaint="rq", cwd=None):
        try:
            done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
        except OSError as error:
            raise Unavailable(f"{complaint} ({error.strerror})") from error
        if done.returncode != 0:
            raise Unavailable(f"{complaint} ({first_line(done.stderr)})")

"""Another revision of qctl, built beside this one and kept for the next comparison."""

import os
import subprocess
import sys

from workshop import ROOT, SCRATCH

PRODUCTS = ("qctl", "qctl-bench")


def git(*words, folder=ROOT):
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench-compare: git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def build(revision):
    """The folder with the binaries of a revision, and its short name.

    It is a clone of its own in .build/bench: neither this checkout nor its worktrees are touched.
    """
    commit = git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    folder = SCRATCH / f"base-{commit[:12]}"
    if not (folder / ".git").exists():
        git("clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(folder))
    git("checkout", "--quiet", "--detach", commit, folder=folder)
    binaries = folder / ".build" / "release"
    if not all(os.access(binaries / product, os.X_OK) for product in PRODUCTS):
        for product in PRODUCTS:
            _build(folder, product)
    return binaries, commit[:12]


def _build(folder, product):
    command = ["swift", "build", "-c", "release", "--product", product]
    print(f"building {product} in {folder}", file=sys.stderr)
    done = subprocess.run([*command, "-Xswiftc", "-static-executable"], cwd=folder, stdout=sys.stderr)
    if done.returncode != 0:
        sys.exit(f"bench-compare: {product} of the base cannot be built")

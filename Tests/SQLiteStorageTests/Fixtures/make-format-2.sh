#!/bin/sh
# Makes format-2.db, a store of format version 2 with what format 1 had not: a job kept by a worker's
# sign of life, a bulk that is published and not promoted, and minutes that are over.
#
#     make-format-2.sh .build/release/qctl .build/release/qctl-bench
#
# It waits for a minute to pass. Not to be run again once a release has written this format.
set -eu

usage='usage: make-format-2.sh QCTL QCTL_BENCH'
binary=${1:?$usage}
bench=${2:?$usage}
folder=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
store=$scratch/format-2.db
export QCTL_ACTOR=operator

qctl() { "$binary" --store "$store" "$@"; }

qctl enqueue -q mail -t good --payload '{"n":1}' >/dev/null
qctl enqueue -q mail -t failed --backoff fixed:30d --payload '{"n":2}' >/dev/null
# Exit status 0 for the one, 1 for the other.
qctl work -q mail -t good --once --name old-worker --quiet -- true >/dev/null 2>&1
qctl work -q mail -t failed --once --name old-worker --quiet -- false >/dev/null 2>&1

# Its worker dies and nobody rescues it.
qctl enqueue -q mail -t kept >/dev/null
qctl work -q mail --name dead-worker --quiet -- sleep 1000 >/dev/null 2>&1 &
worker=$!
until handler=$(pgrep -P "$worker" sleep); do :; done
kill -9 "$worker"
kill -9 "$handler"
wait "$worker" 2>/dev/null || true

# The next change finds that the minute is over.
sleep 61
qctl enqueue -q mail -t later --delay 30000d >/dev/null

"$bench" bulk 150 "$store" >/dev/null

test ! -e "$store-wal" || { echo 'the store was not closed cleanly' >&2; exit 1; }
mv "$store" "$folder/format-2.db"

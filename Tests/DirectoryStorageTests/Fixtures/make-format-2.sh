#!/bin/sh
# Makes format-2, the files of a store of format version 2 with jobs that were edited and moved, a
# retention, a pause, and a log.
#
#     make-format-2.sh .build/release/qctl
#
# Run by the last qctl that made stores of this format; not to be run again.
set -eu

binary=${1:?usage: make-format-2.sh QCTL}
folder=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
store=$scratch/format-2
export QCTL_ACTOR=operator

qctl() { "$binary" --store "dir:$store" "$@"; }

qctl init >/dev/null
id=$(qctl enqueue -q mail -t edited --unique-key u1 --payload '{"n":1}')
qctl edit "$id" --set n=2 --yes >/dev/null 2>&1
id=$(qctl enqueue -q mail -t moved --payload '{"n":3}')
qctl move "$id" --to elsewhere --yes >/dev/null 2>&1
qctl enqueue -q mail -t dying --max-attempts 1 --payload '{"n":4}' >/dev/null
# Exit status 1: the handler fails.
qctl work -q mail -t dying --once --name old-worker --quiet -- false >/dev/null 2>&1 || true
qctl dlq replay -q mail --reason again --yes >/dev/null 2>&1
qctl queue set mail --keep-dead forever >/dev/null 2>&1
qctl pause elsewhere --reason "too slow" >/dev/null 2>&1

rm -f "$store/bell" "$store"/workers/* "$store"/keys/*/lock "$store"/keys/*/new
find "$store" -type d -empty -delete
rm -rf "$folder/format-2"
cp -R "$store" "$folder/format-2"

#!/bin/sh
# Makes format-1, the files of a store of format version 1 with jobs in each state, keys, settings, a
# bulk that is not yet spread, and a log.
#
#     make-format-1.sh .build/release/qctl
#
# Run by the last qctl that made stores of this format; not to be run again.
set -eu

binary=${1:?usage: make-format-1.sh QCTL}
folder=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
store=$scratch/format-1
export QCTL_ACTOR=operator

qctl() { "$binary" --store "dir:$store" "$@"; }

qctl init >/dev/null
qctl enqueue -q mail -t good --unique-key u1 --payload '{"n":1}' >/dev/null
qctl enqueue -q mail -t failed --backoff fixed:30d --payload 'not JSON' >/dev/null
qctl enqueue -q mail -t dying --max-attempts 1 --tag user=42 --payload '{"n":3}' >/dev/null
# Exit status 0 for the first, 1 for the others.
qctl work -q mail -t good --once --name old-worker --quiet -- echo "done" >/dev/null 2>&1 || true
qctl work -q mail -t failed --once --name old-worker --quiet -- false >/dev/null 2>&1 || true
qctl work -q mail -t dying --once --name old-worker --quiet -- false >/dev/null 2>&1 || true
qctl enqueue -q mail -t waiting --unique-key u2 --idempotency-key i2 --payload '{"n":4}' >/dev/null
qctl enqueue -q mail -t later --delay 30000d --payload '{"n":5}' >/dev/null
qctl cancel "$(qctl enqueue -q mail -t withdrawn)" >/dev/null 2>&1
qctl enqueue -q slow -t kept --payload '{"n":6}' >/dev/null
qctl claim -q slow --lease 1h --worker old-worker >/dev/null
qctl pause slow --reason "too slow" >/dev/null 2>&1

# Whoever accepts a bulk dies before it is spread: the part goes back to where it was accepted.
printf '{"queue":"many","payload":%s}\n' 1 2 3 | qctl enqueue --bulk - >/dev/null
bulk=$store/bulks/20261121T000000.000Z-1-1-0
for part in "$store"/queues/many/ready/*/*+*; do
  inside=$bulk/${part#"$store"/}
  mkdir -p "$(dirname "$inside")"
  mv "$part" "$inside"
done
touch "$bulk/owner"

rm -f "$store/bell" "$store"/workers/* "$store"/keys/*/lock "$store"/keys/*/new
find "$store" -type d -empty -delete
rm -rf "$folder/format-1"
cp -R "$store" "$folder/format-1"

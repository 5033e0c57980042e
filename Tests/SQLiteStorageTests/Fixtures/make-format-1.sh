#!/bin/sh
# Makes format-1.db, a store of format version 1 with jobs in every state that there was.
#
#     make-format-1.sh .build/release/qctl
#
# Not to be run again once a release has written this format: the file stands for the stores that
# people have. A new format gets a script, a file and a test of its own (CONTRIBUTING.md).
set -eu

binary=${1:?usage: make-format-1.sh QCTL}
folder=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
store=$scratch/format-1.db
export QCTL_ACTOR=operator

qctl() { "$binary" --store "$store" "$@"; }

# One job of a type at a time, so that the claim after it takes just that one.
claim() { qctl claim --worker old-worker --lease "${2:-1m}" -t "$1" --format '{id} {token}'; }

done_job() {
  qctl enqueue -t "$1" --payload "{\"type\":\"$1\"}" --tag user_id=42 --tag plan=pro >/dev/null
  claim "$1" | { read -r id token; qctl complete "$id" --token "$token" --result '{"sent":true}'; }
}

failed_job() {
  claim "$1" | { read -r id token; shift; qctl fail "$id" --token "$token" --error "$@"; }
}

done_job completed

qctl enqueue -t dead --payload-file - --priority 0 --max-attempts 1 --idempotency-key dead-1 \
  >/dev/null <<'END'
two
lines
END
failed_job dead 'no such user' >/dev/null

qctl enqueue -t rejected --payload '' --unique-key freed >/dev/null
failed_job rejected 'bad address' --permanent >/dev/null

qctl enqueue -t retrying --backoff fixed:10s --timeout 90s >/dev/null
failed_job retrying 'try later' --retry-after 1d >/dev/null

qctl enqueue -t replayed --max-attempts 1 >/dev/null
failed_job replayed 'at first' >/dev/null
qctl replay -t replayed --yes --quiet

cancelled=$(qctl enqueue -t cancelled)
qctl cancel "$cancelled" --yes --quiet

qctl enqueue -t active --tag note='a "b" é' >/dev/null
claim active 36500d >/dev/null

qctl enqueue -q later -t scheduled --at 2080-01-01T00:00:00Z --priority 9 >/dev/null
qctl enqueue -q held -t ready --unique-key taken >/dev/null
qctl pause held --reason 'for ever' --quiet
qctl enqueue -t ready --idempotency-key again --payload '{"n":1}' >/dev/null

printf '%s\n' '{"type":"worked"}' | qctl enqueue --bulk - -q shop --quiet >/dev/null
qctl work -q shop --once --name old-worker -- sh -c 'echo out; echo err >&2' >/dev/null 2>&1

test ! -e "$store-wal" || { echo 'the store was not closed cleanly' >&2; exit 1; }
mv "$store" "$folder/format-1.db"

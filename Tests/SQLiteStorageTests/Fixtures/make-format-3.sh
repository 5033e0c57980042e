#!/bin/sh
# Makes format-3.db, a store of format version 3 with what format 2 had not: jobs that remember what
# operators did to them.
#
#     make-format-3.sh .build/release/qctl
#
# Not to be run again once a release has written this format.
set -eu

binary=${1:?usage: make-format-3.sh QCTL}
folder=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
store=$scratch/format-3.db
export QCTL_ACTOR=operator

qctl() { "$binary" --store "$store" "$@"; }

fail() {
  qctl claim -q "$1" --worker old-worker --format '{id} {token}' | {
    read -r id token
    qctl fail "$id" --token "$token" --error "$2" --permanent >/dev/null
  }
}

# Brought back twice, and waiting.
twice=$(qctl enqueue -q mail -t twice --payload '{"n":1}')
fail mail 'no such user 1'
qctl replay "$twice" --yes --quiet --reason 'fixed by hand'
fail mail 'no such user 2'
qctl replay "$twice" --yes --quiet

# Cancelled, brought back for later, and run now after all.
later=$(qctl enqueue -q later -t later --delay 30000d)
qctl cancel "$later" --yes --quiet --reason 'é "quoted"'
qctl retry "$later" --yes --quiet
qctl cancel "$later" --yes --quiet

# Nobody did anything to it.
qctl enqueue -q mail -t plain --payload 'plain' >/dev/null

test ! -e "$store-wal" || { echo 'the store was not closed cleanly' >&2; exit 1; }
mv "$store" "$folder/format-3.db"

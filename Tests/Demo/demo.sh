#!/bin/sh
# Shows qctl at work on real input: every source file of this repository is checksummed and packed
# by a worker, and a few jobs fail first, die, are repaired and replayed.
#
#   demo.sh [BINARY]
#
# Everything happens in a scratch folder. Ends with 0 only if every job was completed.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$here/../.." && pwd)
binary=${1:-$repository/.build/release/qctl}
case $binary in
  /*) ;;
  *) binary=$PWD/$binary ;;
esac
if [ ! -x "$binary" ]; then
  echo "$0: no program at $binary; run 'make build' first" >&2
  exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
cd "$scratch"
mkdir bin out inbox
ln -s "$binary" bin/qctl
export PATH="$scratch/bin:$PATH"
export HOME="$scratch" XDG_CONFIG_HOME="$scratch/config" XDG_DATA_HOME="$scratch/data"
export QCTL_STORE="$scratch/queue.db" QCTL_ACTOR=demo TERM="${TERM-dumb}"

heading() { printf '\n== %s\n' "$*"; }

# Prints a command as typed, then runs it.
run() {
  printf '$ %s\n' "$*"
  "$@"
}

# The worker says a line for each job; the last few will do.
work() {
  printf '$ qctl work %s 2>work.log; tail -n 3 work.log\n' "$*"
  qctl work "$@" 2>work.log || fail "the worker ended with $?: $(tail -n 3 work.log)"
  tail -n 3 work.log
}

fail() {
  echo "demo: $*" >&2
  exit 1
}

# One job object a line: the payload of each is a path. Names with control characters are left
# out: a line-based list can't carry them.
as_jobs() {
  LC_ALL=C grep -v '[[:cntrl:]]' | sed -e 's/[\\"]/\\&/g' -e 's/.*/{"payload_text":"&"}/'
}

source_files() {
  if [ -e "$repository/.git" ] && command -v git >/dev/null; then
    git -c safe.directory='*' -C "$repository" -c core.quotePath=false ls-files
  else
    cd "$repository" && find . -name '.?*' -prune -o -type f -print | sed 's|^\./||'
  fi | while IFS= read -r name; do
    # What git lists may have been removed since.
    if [ -f "$repository/$name" ]; then printf '%s\n' "$repository/$name"; fi
  done
}

# One stream, so that messages stay behind their commands.
exec 2>&1
began=$(date +%s)

heading 'The handler: any program that reads a payload and ends with a status'
cat >pack <<'HANDLER'
#!/bin/sh
# The payload is a path. Its checksum and a packed copy go into out/.
set -eu
path=$(cat)
if [ ! -f "$path" ]; then
  echo "$path: no such file" >&2
  exit 1
fi
sha256sum <"$path" >"out/$QCTL_JOB_ID.sha256"
gzip -c <"$path" >"out/$QCTL_JOB_ID.gz"
HANDLER
chmod +x pack
cat pack

heading 'One job per source file, and three whose files are missing'
{
  source_files
  for number in 1 2 3; do printf '%s\n' "$scratch/inbox/report-$number.txt"; done
} | as_jobs >jobs.ndjson
total=$(grep -c . jobs.ndjson)
run tail -n 4 jobs.ndjson
run qctl enqueue -q files -t pack --backoff fixed:1s --max-attempts 2 --bulk jobs.ndjson

heading 'Two at once, until nothing is left, retries included'
work -q files -c 2 --until-settled -- ./pack
run qctl queues

heading 'What happened last: three failed, were tried again a second later, and are dead'
run qctl tail -n 9

heading 'The dead letters, with their errors'
run qctl dlq list

heading 'The cause is removed'
for number in 1 2 3; do
  printf '$ echo %s >inbox/report-%s.txt\n' "'late, but here: $number'" "$number"
  echo "late, but here: $number" >"inbox/report-$number.txt"
done

heading 'Back to work with them'
run qctl dlq replay --all --yes
work -q files -c 2 --until-settled -- ./pack
run qctl queues

heading 'Checked: every job is completed, and every packed copy is true'
completed=$(qctl list -q files --state completed --ids | wc -l)
others=$(qctl list -q files --state '!completed' --ids | wc -l)
[ "$completed" -eq "$total" ] || fail "$completed of $total jobs are completed"
[ "$others" -eq 0 ] || fail "$others jobs are not completed"
for sum in out/*.sha256; do
  gzip -dc "${sum%.sha256}.gz" | sha256sum | cmp -s - "$sum" || fail "$sum is wrong"
done
packed=$(find out -name '*.gz' | wc -l)
[ "$packed" -eq "$total" ] || fail "$packed of $total files were packed"
printf '%s jobs completed, %s files packed, in %s s\n' \
  "$completed" "$packed" "$(($(date +%s) - began))"

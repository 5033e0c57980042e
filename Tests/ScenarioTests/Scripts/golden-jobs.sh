# shellcheck shell=sh
# Jobs in every state, the same each time but for ids and the time: read by the golden transcripts
# with `. "$SCRIPTS/golden-jobs.sh"`. Prints each job's name and id.

# job NAME FLAG...: enqueues and remembers the id.
job() {
  name=$1
  shift
  id=$(qctl enqueue "$@") || return
  eval "$name=\$id"
  echo "$name $id"
}

# take QUEUE: claims the first job of a queue; $id and $token are its lease.
take() {
  # shellcheck disable=SC2034 # for whoever called
  read -r id token <<CLAIMED
$(qctl claim -q "$1" --worker script-1 --lease 1000h)
CLAIMED
}

# The dead first: one by a handler that said much, one at the second failure, one with a formula.
job unreachable -q mail -t welcome --payload '{"to":"bob@example.org"}' --tag user_id=8 \
  --max-attempts 1
qctl work -q mail --once --quiet --name worker-1 -- \
  sh -c 'echo "connecting to 10.0.0.1"; echo "no route to host" >&2; exit 1' >/dev/null 2>&1
job refused -q mail -t digest --priority 7 --max-attempts 2 --backoff fixed:1ms
take mail && qctl fail "$id" --token "$token" --error 'connection 1 refused' --retry-after 0s
take mail && qctl fail "$id" --token "$token" --error 'connection 2 refused'
job formula -q imports -t sheet --payload '=1+1' --tag file=a.csv
take imports && qctl fail "$id" --token "$token" --permanent --error '=HYPERLINK("http://x")'

job finished -q reports -t monthly --payload '{"month":12}' --timeout 90s
take reports && qctl complete "$id" --token "$token" --result '{"pages":12}'
job withdrawn -q reports -t monthly --payload '{"month":13}'
# shellcheck disable=SC2154 # set by job
qctl cancel "$withdrawn" --quiet --reason 'no such month'

job waiting -q emails -t welcome --payload '{"to":"eve@example.org"}' --backoff 1s,1m,1h
take emails && qctl fail "$id" --token "$token" --error 'mailbox full' --retry-after 300d
job running -q files -t resize --payload '{"file":"a.png"}' --priority 2
take files
job ready -q emails -t welcome --payload '{"to":"ada@example.org","lang":"en"}' \
  --tag user_id=7 --tag plan=pro --unique-key ada
job urgent -q emails -t alert --priority 0 --payload 'call me' --idempotency-key req-1
printf 'a\377\0b' >binary
job binary -q files -t resize --payload-file binary
job later -q reports -t monthly --at 2039-01-31T08:00:00Z --payload '{"month":1}'
qctl pause reports --quiet --reason 'the month is open'

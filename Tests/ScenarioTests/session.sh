#!/bin/sh
# Runs one command of a transcript in its working directory; both outputs go the same way, so that
# they stay in the order in which they were written. Lower-case variables last from one command to
# the next.
#
#   session.sh DIRECTORY COMMAND
exec 2>&1
cd "$1" || exit 99

# shellcheck disable=SC2317 # called by the trap
remember() {
  status=$?
  set >"$SCENARIO_STATE.new"
  sed -n "/^[a-z][A-Za-z0-9_]*=.*['\"]\$/p" "$SCENARIO_STATE.new" >"$SCENARIO_STATE"
  exit "$status"
}

if [ -f "$SCENARIO_STATE" ]; then
  # shellcheck disable=SC1090 # written above
  . "$SCENARIO_STATE"
fi
trap remember EXIT
eval "$2"

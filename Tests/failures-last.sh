#!/bin/sh
# Runs the tests, and says again at the end what failed and how: of a long output, often only the
# end is to be seen. Ends as the command does.
#
#   failures-last.sh COMMAND...
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

{
  status=0
  "$@" 2>&1 || status=$?
  echo "$status" >"$scratch/status"
} | tee "$scratch/output"

status=$(cat "$scratch/status")
# A test that has the process end takes all others along, and the status with it.
if [ "$status" -eq 0 ] && [ "$1" = swift ] && ! grep -q 'Test run with .* passed after' "$scratch/output"; then
  echo "error: the tests ended before the last of them had"
  echo "error: the tests ended before the last of them had" >>"$scratch/output"
  status=1
fi
if [ "$status" -ne 0 ]; then
  # An issue has a line that begins with a cross, and all lines up to the next sign. Details first,
  # then one line for each, so that the last lines name everything that failed.
  awk '
    / recorded an issue/ && index($0, "✘ ") == 1 { heads[++count] = $0; left = 40 }
    index($0, "◇ ") == 1 || index($0, "✔ ") == 1 || index($0, "━ ") == 1 || index($0, "➜ ") == 1 ||
      index($0, "✘ ") == 1 && !/ recorded an issue/ { left = 0 }
    left > 0 { details = details substr($0, 1, 500) "\n"; if (--left == 0) details = details "  …\n" }
    / error: |^error: |Fatal error|unexpected signal/ { errors = errors $0 "\n" }
    END {
      print "\n---- What failed, in detail ----\n" errors details "---- What failed ----"
      for (i = 1; i <= count; i++) print heads[i]
      if (!count) print "no test has said so; see above"
    }' "$scratch/output"
  echo "the tests ended with $status"
fi
exit "$status"

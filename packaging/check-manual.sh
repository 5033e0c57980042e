#!/bin/sh
# Checks pages of the manual: mandoc and groff have nothing to say of them, and whatis understands
# their names.
#
#   check-manual.sh PAGE...
set -eu

status=0
complain() {
  echo "$1" >&2
  status=1
}

for page do
  # Its plain lint also complains of pages that aren't installed on this machine.
  said=$(mandoc -T lint -W warning "$page" 2>&1) || :
  test -z "$said" || complain "$said"
  lexgrog "$page" >/dev/null || complain "$page: lexgrog finds no name"
  # What lintian looks for.
  said=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 \
    man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null) || :
  test -z "$said" || complain "$page: $said"
done
test "$status" -ne 0 || echo "$# pages of the manual are well formed"
exit "$status"

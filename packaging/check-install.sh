#!/bin/sh
# Installs below a scratch folder, looks whether all is there and works, and uninstalls: no file, and
# no folder of ours, may be left.
#
#   check-install.sh
set -eu

cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
top=$scratch/opt/qctl

say() {
  echo "$0: $1" >&2
  exit 1
}

make -s install DESTDIR="$scratch" PREFIX=/opt/qctl >/dev/null
for file in man/* completions/* packaging/schemas/* packaging/*.service packaging/*.timer; do
  # Completion files have the names that their shells look for.
  case $file in
    *.service) grep -q '^ExecStart=/opt/qctl/bin/qctl ' "$top/lib/systemd/system/${file##*/}" ;;
    *) find "$top" -type f -exec cmp -s "$file" {} \; -print | grep -q . ;;
  esac || say "$file was not installed"
done
"$top/bin/qctl" --version >/dev/null || say 'what was installed does not run'
for page in qctl.1 qctl-dlq-replay.1 qctl-job.5 qctl-handler.7; do
  man -M "$top/share/man" -w "${page##*.}" "${page%.*}" >/dev/null || say "man does not find $page"
done
make -s uninstall DESTDIR="$scratch" PREFIX=/opt/qctl >/dev/null
left=$(find "$scratch" ! -type d -o -name '*qctl*' ! -path "$top")
test -z "$left" || say "left behind: $left"
echo 'install and uninstall are mirrors'

#!/bin/sh
# Checks what comes along with qctl: units, the logrotate file, the format for lnav.
#
#   check.sh QCTL
set -eu

qctl=$(readlink -f "$1")
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

# It warns and ends with 0, so what counts is that it says nothing. A template needs a name.
check_units() {
  mkdir "$scratch/units"
  for unit in *.service *.timer; do
    name=$unit
    case $unit in *@.*) name=${unit%%@.*}@emails.${unit##*@.} ;; esac
    sed "s#/usr/bin/qctl#$qctl#" "$unit" >"$scratch/units/$name"
  done
  said=$(systemd-analyze verify --man=no "$scratch"/units/* 2>&1) || :
  test -z "$said" || { printf '%s\n' "$said" >&2; return 1; }
}

check_lnav() {
  mkdir -p "$scratch/lnav/formats/qctl"
  cp qctl-log.lnav.json "$scratch/lnav/formats/qctl/"
  HOME=$scratch lnav -I "$scratch/lnav" -C
  echo '{"timestamp":"2026-01-31T08:00:00.123Z","level":"warning","event":"failed"}' >"$scratch/log"
  HOME=$scratch lnav -n -I "$scratch/lnav" -c ';SELECT log_level, event FROM qctl_log' \
    "$scratch/log" | grep -q '^warning *failed' || { echo 'lnav does not read our log' >&2; return 1; }
}

check_units
# An ordinary user's PATH has not its folder.
PATH=$PATH:/usr/sbin logrotate -d logrotate 2>"$scratch/rotated" || { cat "$scratch/rotated" >&2; exit 1; }
check_lnav
promtool check rules prometheus-rules.yml >/dev/null
echo 'units, logrotate, lnav and Prometheus read what is in packaging/'

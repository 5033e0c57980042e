#!/bin/sh
# Builds the package twice: the same bytes come out, and lintian has nothing against it.
#
#   check.sh QCTL
set -eu

qctl=$(readlink -f "$1")
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

export DEB_COMPRESSION=gzip
package=$(sh build.sh "$qctl" "$scratch/once")
again=$(umask 077 && sh build.sh "$qctl" "$scratch/again")
cmp "$package" "$again"
# It dislikes to be run by root, but does.
said=$(lintian --fail-on error,warning "$package" 2>&1) || { printf '%s\n' "$said" >&2; exit 1; }
echo 'the Debian package is reproducible, and lintian accepts it'

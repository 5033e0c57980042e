#!/bin/sh
# Installs, with apt, the packages that a step needs and the machine lacks; silent when none is.
#
#   install-dependencies.sh build|bench|test
#
# SKIP_DEPENDENCIES=1 trusts the machine as it is: for systems without apt.
set -eu

build='libsqlite3-dev libreadline-dev'
limits="$build gcc libc6-dev sqlite3 python3 python3-pip"
bench="$limits binutils valgrind task-spooler nq"
test="$limits shellcheck mandoc man-db bash-completion zsh fish expect strace procps less faketime python3-jsonschema logrotate prometheus monitoring-plugins-basic systemd curl lnav lintian mmdebstrap"

case ${1-} in
  build) wanted=$build ;;
  bench) wanted=$bench ;;
  test) wanted=$test ;;
  *)
    echo "usage: $0 build|bench|test" >&2
    exit 2
    ;;
esac

if [ -n "${SKIP_DEPENDENCIES-}" ]; then
  exit 0
fi

stop() {
  echo "$0: $1; needed here: $missing" >&2
  exit 1
}

missing=$wanted
if ! command -v dpkg-query >/dev/null; then
  stop 'cannot tell what is installed (set SKIP_DEPENDENCIES=1 to go on)'
fi

# A package that dpkg has never heard of is an error for it and simply absent from its output.
# shellcheck disable=SC2016,SC2086 # the format is dpkg's; the list is meant to be split
installed=$(dpkg-query -W -f '${db:Status-Status}:${Package} ' $wanted 2>/dev/null) || :
missing=
for package in $wanted; do
  case " $installed " in
    *" installed:$package "*) ;;
    *) missing="$missing $package" ;;
  esac
done
missing=${missing# }
if [ -z "$missing" ]; then
  exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif command -v sudo >/dev/null; then
  as_root=sudo
else
  stop 'neither root nor sudo'
fi

# The package lists are fetched only where the ones at hand don't do: it is the slow part.
apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >&2
}
# shellcheck disable=SC2086 # the list is meant to be split
install_missing() {
  apt install -y --no-install-recommends $missing
}

echo "installing: $missing" >&2
install_missing || { apt update && install_missing; } || stop 'apt-get failed'

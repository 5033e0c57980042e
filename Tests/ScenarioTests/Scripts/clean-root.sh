#!/bin/sh
# A Debian of its own below a folder, with our package in it. Needs root and mmdebstrap; packages come
# from where apt of this machine gets them. Nothing is mounted outside of the commands' own namespace,
# so the folder may be removed at any time.
#
#   clean-root.sh make ROOT PACKAGE   makes it, installs PACKAGE, and looks at what is there
#   clean-root.sh run ROOT COMMAND    runs a line of shell as an ordinary user, in his home
#   clean-root.sh remove ROOT         removes and purges the package: nothing of it is left
set -eu

here=$(dirname "$(readlink -f "$0")")
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

stop() {
  echo "$0: $1" >&2
  exit 1
}

# What apt knows of Debian on this machine: its repositories, and how they are reached.
sources() {
  # shellcheck disable=SC2016 # the fields are apt's
  apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' \
    'Created-By: Packages' 'Origin: Debian' | sort -u
}

proxies() {
  apt-config dump --format '%F "%v";%n' Acquire | grep -i '::proxy' || :
}

bootstrap() {
  sources >"$scratch/sources"
  test -s "$scratch/sources" || { apt-get -qq update && sources >"$scratch/sources"; }
  suite=$(awk '$3 !~ /-/ {print $3; exit}' "$scratch/sources")
  test -n "$suite" || stop 'apt of this machine knows no Debian'
  proxies >"$scratch/proxies"
  # A repository may be out of reach for a moment.
  for pause in 1 5 20 0; do
    rm -rf "$1"
    mmdebstrap --quiet --mode=root --variant=apt --include=man-db --format=directory \
      --aptopt='APT::Sandbox::User "root"' --aptopt="$scratch/proxies" \
      --dpkgopt=force-unsafe-io "$suite" "$1" "$scratch/sources" && return
    sleep "$pause"
  done
  stop 'mmdebstrap failed'
}

# Its /proc is its own, for as long as the command runs; whatever it started ends with it.
inside() {
  root=$1
  shift
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount --pid --fork --kill-child sh -c \
    'mount -t proc proc "$1/proc" && root=$1 && shift && exec chroot "$root" "$@"' sh "$root" "$@"
}

files() {
  inside "$1" find / -xdev \( -path /proc -o -path /tmp -o -path /home -o -path /var/cache \
    -o -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/systemd \) \
    -prune -o -print | sort
}

make_root() {
  bootstrap "$1"
  echo 'ada:x:1000:1000::/home/ada:/bin/sh' >>"$1/etc/passwd"
  install -d -o 1000 -g 1000 -m 700 "$1/home/ada" "$1/home/ada/work"
  install -m 644 "$here/../session.sh" "$1/home/session.sh"
  files "$1" >"$1.before"
  install -m 644 "$2" "$1/home/qctl.deb"
  inside "$1" apt-get -qq install -y --no-install-recommends /home/qctl.deb >"$scratch/said" 2>&1 ||
    { cat "$scratch/said" >&2; stop 'it can not be installed'; }
  look "$1"
}

look() {
  said=$(inside "$1" dpkg --verify qctl)
  test -z "$said" || stop "not as it was packed: $said"
  # Some files are there for other programs, which look for them in these places.
  for file in share/man/man1/qctl.1.gz share/man/man5/qctl-job.5.gz share/man/man7/qctl-sql.7.gz \
    share/bash-completion/completions/qctl share/qctl/schemas/job.json share/doc/qctl/copyright; do
    test -f "$1/usr/$file" || stop "/usr/$file is missing"
  done
  for script in "$here"/../../../completions/*; do
    find "$1/usr/share" -type f -exec cmp -s "$script" {} \; -print | grep -q . ||
      stop "${script##*/} is missing"
  done
  for page in qctl qctl-dlq-replay qctl-job qctl-handler; do
    inside "$1" man "$page" | grep -q '^NAME' || stop "man $page shows nothing"
  done
  inside "$1" man -k . | grep -q '^qctl-handler (7)' || stop 'whatis knows no page'
  echo 'installed: binary, manual and completion are where they are looked for'
}

run() {
  inside "$1" setpriv --reuid 1000 --regid 1000 --clear-groups env -i HOME=/home/ada \
    PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 TZ=UTC SCENARIO_STATE=/home/ada/.state \
    sh /home/session.sh /home/ada/work "$2"
}

remove() {
  inside "$1" apt-get -qq remove -y qctl >/dev/null 2>&1 || stop 'it can not be removed'
  test ! -e "$1/usr/bin/qctl" || stop 'the executable is left behind'
  test -e "$1/etc/logrotate.d/qctl" || stop 'what an administrator changes went with remove'
  inside "$1" dpkg --purge qctl >/dev/null
  files "$1" | diff "$1.before" - >"$scratch/left" || stop "left behind: $(cat "$scratch/left")"
  find "$1/home/ada" -name '*.db' -size +0 | grep -q . || stop 'the jobs of a user went with it'
  echo 'removed and purged: nothing is left, but the jobs of those who have some'
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
case ${1-} in
  make) make_root "$2" "$3" ;;
  run) run "$2" "$3" ;;
  remove) remove "$2" ;;
  *) stop 'make ROOT PACKAGE, run ROOT COMMAND, or remove ROOT' ;;
esac

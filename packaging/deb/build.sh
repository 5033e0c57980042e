#!/bin/sh
# Builds the Debian package of what `make build` made, and prints its path. The same files give the
# same package, byte for byte: every time in it is that of the changelog, or SOURCE_DATE_EPOCH.
#
#   build.sh QCTL FOLDER
#
# DEB_COMPRESSION=gzip makes it in a third of the time.
set -eu

qctl=$(readlink -f "$1")
mkdir -p "$2"
folder=$(readlink -f "$2")
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
root=$scratch/root
umask 022

version=$("$qctl" --version)
version=${version#qctl }
if ! head -n 1 changelog | grep -qF "qctl ($version) "; then
  echo "$0: packaging/deb/changelog does not begin with version $version" >&2
  exit 1
fi
released=$(sed -n '/^ -- /{s/^ -- .*>  //p;q;}' changelog)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -d "$released" +%s)}
export SOURCE_DATE_EPOCH

make -s -C ../.. install DESTDIR="$root" PREFIX=/usr >/dev/null
install -m 755 "$qctl" "$root/usr/bin/qctl"
strip --strip-all "$root/usr/bin/qctl"

# What administrators change belongs into /etc.
install -D -m 644 ../logrotate "$root/etc/logrotate.d/qctl"
rm "$root/usr/share/qctl/logrotate"
mkdir -p "$root/lib"
mv "$root/usr/lib/systemd" "$root/lib/systemd"
rmdir "$root/usr/lib"

doc=$root/usr/share/doc/qctl
install -D -m 644 copyright "$doc/copyright"
install -D -m 644 lintian-overrides "$root/usr/share/lintian/overrides/qctl"
gzip -9n <changelog >"$doc/changelog.gz"
find "$root/usr/share/man" -type f -exec gzip -9n {} +

mkdir "$root/DEBIAN"
echo /etc/logrotate.d/qctl >"$root/DEBIAN/conffiles"
(cd "$root" && find usr lib -type f | LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
architecture=$(dpkg --print-architecture)
size=$(find "$root" -path "$root/DEBIAN" -prune -o -type f -printf '%k\n' | awk '{n += $1} END {print n}')
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/" control \
  >"$root/DEBIAN/control"
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

package=$folder/qctl_${version}_$architecture.deb
dpkg-deb --root-owner-group -Z"${DEB_COMPRESSION:-xz}" --build "$root" "$package" >/dev/null
echo "$package"

#!/bin/sh
# Builds SQLite 3.25.2 of 2018 as a shared library, such as an application's runtime may still
# carry: from the sources that the Python package supersqlite has within it. Silent when it is
# there already.
#
#   old-sqlite.sh FOLDER
set -eu

folder=$1
library=$folder/libsqlite3-old.so
package=supersqlite-0.0.78
checksum=fb3dc069afd4aa3c815e277fdae97e6e2cab0d3026921177c649acca351e4bda
source=$package/supersqlite/third_party/sqlite3/raw/sqlite3.c

if [ -f "$library" ]; then
  exit 0
fi
mkdir -p "$folder"
scratch=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
printf '%s --hash=sha256:%s\n' "supersqlite==0.0.78" "$checksum" >requirements
python3 -m pip download --quiet --no-deps --no-binary :all: --require-hashes -r requirements
tar -xzf "$package.tar.gz" "$source"
cc -O1 -fPIC -shared "$source" -o new.so -lpthread -ldl -lm
mv new.so "$library"

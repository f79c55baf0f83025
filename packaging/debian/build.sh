#!/usr/bin/env bash
# packaging/debian/build.sh [FOLDER]
#
# Builds kinetd_VERSION_ARCH.deb in FOLDER (default: the current one) from a built tree (`npm ci`), with dpkg-deb alone.
# No root is needed. The package never enables or starts anything: see postinst.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=$(cd "${1:-.}" && pwd)

version=$(node -p "require('$root/package.json').version")
architecture=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"
umask 022

node "$root/packaging/install.js" --prefix /usr --destdir "$stage" >/dev/null
strip --strip-unneeded "$stage"/usr/lib/kinetd/build/Release/*.node "$stage"/usr/lib/kinetd/build/Release/*.so
gzip -9n "$stage"/usr/share/man/man*/*
mv "$stage/usr/share/doc/kinetd/LICENSE" "$stage/usr/share/doc/kinetd/copyright"
rm "$stage/usr/lib/kinetd/LICENSE"

mkdir "$stage/DEBIAN"
size=$(du -sk --apparent-size --exclude=DEBIAN "$stage" | cut -f1)
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/" "$here/control" >"$stage/DEBIAN/control"
echo /etc/logrotate.d/kinetd >"$stage/DEBIAN/conffiles"
install -m 755 "$here"/{postinst,prerm,postrm} "$stage/DEBIAN"
(cd "$stage" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"

dpkg-deb --build --root-owner-group "$stage" "$folder/kinetd_${version}_${architecture}.deb"

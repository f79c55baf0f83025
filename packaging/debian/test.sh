#!/usr/bin/env bash
# packaging/debian/test.sh: builds the Debian package, installs it into a fresh system beside a running xinetd, and
# looks at what it does there, from the first installation over an upgrade to purge.
#
# Needs root, debootstrap and a mirror of Debian (DEBIAN_MIRROR; DEBIAN_SUITE, default trixie, has the node that the
# package needs); without them it is skipped and says why. The last line is `N passed, N failed`, status 0 when nothing
# failed. DEBIAN_ROOT names an existing tree to copy instead of making one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=${DEBIAN_SUITE:-trixie}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
patience=600

skip() {
  printf 'skipped: the Debian package is not tested, %s\n\n0 passed, 0 failed, 1 skipped\n' "$1"
  exit 0
}

[ "$(id -u)" = 0 ] || skip 'since that needs root'
command -v dpkg-deb >/dev/null || skip 'since there is no dpkg-deb'
unshare -m -p -f -u true 2>/dev/null || skip 'since namespaces are not allowed here'

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 755 "$work"
system=$work/system

if [ -n "${DEBIAN_ROOT:-}" ]; then
  cp -a --one-file-system "$DEBIAN_ROOT" "$system"
else
  command -v debootstrap >/dev/null || skip 'since there is no debootstrap'
  timeout 20 apt-get -qq --print-uris download base-files >/dev/null 2>&1 || skip 'since no package can be downloaded'
  timeout "$patience" unshare -m debootstrap --variant=minbase --include=nodejs,xinetd "$suite" "$system" "$mirror" >"$work/log" 2>&1 || {
    tail -n 5 "$work/log"
    skip "since debootstrap did not make a $suite from $mirror in $patience seconds"
  }
fi

"$here/build.sh" "$work" >/dev/null
package=$(echo "$work"/kinetd_*.deb)
# The next version, for an upgrade.
dpkg-deb -R "$package" "$work/next"
sed -i 's/^Version: .*/&.1/' "$work/next/DEBIAN/control"
mkdir "$system/packages"
cp "$package" "$system/packages/kinetd.deb"
dpkg-deb --build --root-owner-group "$work/next" "$system/packages/next.deb" >/dev/null
mkdir -p "$work/dependent/DEBIAN"
printf 'Package: dependent\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\nDepends: inet-superserver\nDescription: needs a super-server\n' \
  >"$work/dependent/DEBIAN/control"
dpkg-deb --build --root-owner-group "$work/dependent" "$system/packages/dependent.deb" >/dev/null
cp "$here/test-inside.sh" "$system/packages/"

# In a process namespace of its own: whatever is started there ends with it. The loopback is the machine's.
timeout "$patience" unshare -m -p -f -u --mount-proc="$system/proc" \
  chroot "$system" /bin/bash /packages/test-inside.sh "$((20000 + RANDOM % 10000))" </dev/null

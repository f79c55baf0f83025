#!/usr/bin/env bash
# test/oracle/fetch.sh [FOLDER]
#
# Gets the programs that the oracle tests and the bench compare kinetd with, from Debian, and unpacks each package
# into a folder of its own below FOLDER (default: $KINETD_ORACLES, else test/.oracle). Nothing is installed, so the
# daemons cannot get into each other's way or into the system's; no root is needed. What is there already stays.
# openbsd-inetd, xinetd and rpcbind need libwrap0, openbsd-inetd libbsd0, rpcbind libtirpc3: run them with
# LD_LIBRARY_PATH naming FOLDER/libwrap0/usr/lib/TRIPLET and so on; systemd's need
# libsystemd-shared/usr/lib/TRIPLET/systemd. Libraries that these in turn need are the system's; when one is missing,
# its name is told.
#
# Status: 0 when all are there, 1 with a message otherwise.
set -euo pipefail

packages=(xinetd openbsd-inetd ucspi-tcp inetutils-inetd libwrap0 libbsd0 socat rpcbind libtirpc3 systemd libsystemd-shared
  ipsvd mailfront libbg2 prometheus tcpd ucspi-unix s6 libs6-2.11 libskarnet2.13 libexecline2.9)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-${KINETD_ORACLES:-$here/../.oracle}}

fail() {
  echo "fetch.sh: $1" >&2
  exit 1
}

for tool in apt-get dpkg; do
  command -v "$tool" >/dev/null || fail "$tool is missing: the oracles are packages of Debian and its relatives"
done

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# As root, apt-get downloads as the user _apt, who must be able to write here.
chmod 755 "$work"
mkdir "$work/deb"
if [ "$(id -u)" = 0 ] && id _apt >/dev/null 2>&1; then chown _apt "$work/deb"; fi

for package in "${packages[@]}"; do
  [ -d "$folder/$package" ] && continue
  (cd "$work/deb" && apt-get -qq download "$package" >"$work/output" 2>&1) || {
    cat "$work/output" >&2
    fail "cannot download $package: is there a network, and has 'apt-get update' been run?"
  }
  # Unpacked aside first: a folder under its final name is always complete.
  rm -rf "$folder/.unpacking"
  dpkg -x "$work"/deb/"$package"_*.deb "$folder/.unpacking" || fail "cannot unpack $package"
  mv "$folder/.unpacking" "$folder/$package"
done

export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(printf '%s:' "$folder"/libwrap0/usr/lib/*/ "$folder"/libbsd0/usr/lib/*/)
missing=$(for program in "$folder"/{xinetd,openbsd-inetd,inetutils-inetd}/usr/sbin/* "$folder"/socat/usr/bin/socat; do
  ldd "$program" 2>/dev/null || true
done | awk '/not found/ { print $1 }' | sort -u | tr '\n' ' ')
[ -z "$missing" ] ||
  fail "libraries are missing: $missing(on Debian 12: apt-get install libevent-2.1-7 libnsl2 libtirpc3 libssl3)"

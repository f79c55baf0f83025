#!/bin/bash
# test-inside.sh PORT: what test.sh runs inside of the fresh system; each `expect` is one test.
set -u
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
passed=0
failed=0
port=$1

# expect TITLE COMMAND...
expect() {
  local title=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "ok: $title"
  else
    failed=$((failed + 1))
    printf 'NOT OK: %s\n%s\n' "$title" "$output"
  fi
}

not() { ! "$@"; }
says() { grep -qE "$@"; }

# The pids of programs whose command line has the word; 1 when there is none.
running() {
  local found=1 file
  for file in /proc/[0-9]*/cmdline; do
    if tr '\0' ' ' <"$file" 2>/dev/null | grep -q "$1"; then echo "${file//[^0-9]/}" && found=0; fi
  done
  return $found
}

# eventually COMMAND...: within ten seconds
eventually() {
  local try
  for try in $(seq 100); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  "$@"
}

answers() { [ "$( (exec 3<>"/dev/tcp/127.0.0.1/$1" && head -n 1 <&3) 2>/dev/null)" = "$2" ]; }

# Sends the words to a port and wants them back.
echoes() { [ "$( (exec 3<>"/dev/tcp/127.0.0.1/$1" && echo "$2" >&3 && head -n 1 <&3) 2>/dev/null)" = "$2" ]; }

# Whether all that runs with this word in its command line is the user's.
runs_as() {
  local pid
  for pid in $(running "$1"); do
    echo "$pid: $(tr '\0' ' ' <"/proc/$pid/cmdline") $(grep ^Uid: "/proc/$pid/status")"
    [ "$(stat -c %U "/proc/$pid")" = "$2" ] || return
  done
  running "$1"
}

# A service manager that notes what it is asked for, and says of every unit what it is told to say.
service_manager() {
  mkdir -p /run/systemd/system
  printf '#!/bin/sh\necho "$@" >>/systemctl.log\ncase "$*" in *is-active*) exit %s;; esac\n' "$1" >/usr/bin/systemctl
  chmod 755 /usr/bin/systemctl
  : >/systemctl.log
}

cat >/etc/xinetd.conf <<EOF
service greeting
{
	type = UNLISTED
	port = $port
	bind = 127.0.0.1
	socket_type = stream
	protocol = tcp
	wait = no
	user = nobody
	server = /bin/echo
	server_args = hello from xinetd.conf
}
service echo
{
	type = INTERNAL UNLISTED
	port = $((port + 2))
	bind = 127.0.0.1
	socket_type = stream
	protocol = tcp
	wait = no
}
EOF
before=$(md5sum /etc/xinetd.conf)
/usr/sbin/xinetd -dontfork -filelog /xinetd.log &
eventually answers "$port" 'hello from xinetd.conf'
xinetd=$!

service_manager 3
expect 'apt puts it in the place of the xinetd package, which stands beside no other super-server' \
  apt-get -qq -y --no-install-recommends install /packages/kinetd.deb
expect 'and leaves the configuration of xinetd' test "$(md5sum /etc/xinetd.conf)" = "$before"
expect 'its files are as the package has them' test -z "$(dpkg --verify kinetd)"
expect 'installing it starts nothing' not running /kinetd
expect 'and asks the service manager for nothing about it' not says kinetd /systemctl.log
expect 'and enables nothing' test -z "$(find /etc/systemd -name '*kinetd*' 2>/dev/null)"
expect 'an xinetd that runs serves as before' answers "$port" 'hello from xinetd.conf'
expect 'its unit ends xinetd and the inetds, and is ended by them' \
  says '^Conflicts=.*xinetd\.service.*inetd\.service' /usr/lib/systemd/system/kinetd.service
expect 'its unit runs a program that is there' \
  test -x "$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' /usr/lib/systemd/system/kinetd.service)"
expect 'it is an inet-superserver to a package that needs one' dpkg -i /packages/dependent.deb
dpkg -r dependent >/dev/null
expect 'kinetd check reads /etc/xinetd.conf where there is no /etc/kinetd.conf' bash -c 'kinetd check 2>&1 | grep -q /etc/xinetd.conf && kinetd check'
kill "$xinetd" 2>/dev/null
wait "$xinetd" 2>/dev/null
useradd --system --no-create-home _kinetd
kinetd run --pid-file /run/kinetd.pid 2>/kinetd.log &
daemon=$!
expect 'kinetd run serves it' eventually answers "$port" 'hello from xinetd.conf'
expect 'internal services answer' eventually echoes "$((port + 2))" word
expect 'by a worker that is the user _kinetd' runs_as 'kinetd: worker' _kinetd
expect 'logrotate may ask it to open its logs anew' bash -c '
  mkdir -p /var/log/kinetd; sed -n "/postrotate/,/endscript/p" /etc/logrotate.d/kinetd | sed "1d;\$d" | sh'
expect 'which it does' eventually says 'Reconfigured: new=0 old=2' /kinetd.log

service_manager 0
expect 'an upgrade succeeds' dpkg -i /packages/next.deb
expect 'and restarts a kinetd that runs, which would start its worker from new files' says 'try-restart kinetd.service' /systemctl.log
service_manager 3
expect 'the same again' dpkg -i /packages/next.deb
expect 'restarts none that does not' not says restart /systemctl.log
kill "$daemon"
wait "$daemon"
expect 'SIGTERM ends it with status 0' test $? = 0

sed "s/xinetd\.conf/kinetd.conf/; s/$port/$((port + 1))/" /etc/xinetd.conf >/etc/kinetd.conf
kinetd run 2>/dev/null &
daemon=$!
expect '/etc/kinetd.conf goes first' eventually answers "$((port + 1))" 'hello from kinetd.conf'
kill "$daemon"
wait "$daemon"

expect 'removing it' dpkg -r kinetd
expect 'leaves configuration' test -e /etc/logrotate.d/kinetd -a -e /etc/kinetd.conf -a -e /etc/xinetd.conf
expect 'and no program' test ! -e /usr/lib/kinetd -a ! -e /usr/bin/kinetd
expect 'purging it' dpkg -P kinetd
expect 'leaves what was not its own' test ! -e /etc/logrotate.d/kinetd -a ! -e /var/log/kinetd -a -e /etc/xinetd.conf

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]

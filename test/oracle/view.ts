/**
 * A daemon in a view of the file system of its own: /etc with what look-ups need and what the test brings, /dev with a
 * log, and an empty /run. Xinetd takes several things from fixed places.
 */
import { compiled } from './compile.ts';
import type { PairOptions } from './pair.ts';

/** Files of the test that stand in its /etc. */
const ofTest = 'inetd.conf services hosts hosts.allow hosts.deny networks nsswitch.conf resolv.conf';

/** What its log daemon gets stands in the file `syslog`, and its /run is the folder `run`. */
export function inViewOfItsOwn(files: PairOptions['files'], extra: Partial<PairOptions> = {}): PairOptions {
  return { personality: 'xinetd', files, shell: privately(), ...extra };
}

function privately(): string {
  const script = `
    set -e
    mkdir dev etc run
    for name in null zero full random urandom tty; do touch dev/$name; mount --bind /dev/$name dev/$name; done
    mount --rbind dev /dev
    for name in passwd group services protocols hosts nsswitch.conf ld.so.cache; do
      if [ -e /etc/$name ]; then cp /etc/$name etc/; fi
    done
    for name in ${ofTest}; do if [ -e $name ]; then cp $name etc/; fi; done
    mount --bind etc /etc
    mount --bind run /run
    ${compiled('receiver')} /dev/log "$PWD/syslog" </dev/null >/dev/null 2>&1 &
    until [ -S /dev/log ]; do sleep 0.01; done
    exec setpriv --pdeathsig KILL "$@"`;
  return `exec unshare -m sh -c '${script}' sh "$@"`;
}

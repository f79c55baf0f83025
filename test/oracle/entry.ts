/** Texts of configurations: entries of an xinetd.conf with what nearly all of them have. */
import { currentUser } from '../daemon/kinetd.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Logs into @FOLDER@/service.log what can be logged. */
export const loggingDefaults: string = defaults({
  log_type: 'FILE @FOLDER@/service.log',
  log_on_success: 'PID HOST EXIT DURATION',
  log_on_failure: 'HOST ATTEMPT',
});

export function defaults(attributes: Attributes): string {
  return block('defaults', attributes);
}

/**
 * An unlisted service that runs /bin/cat for each connection to 127.0.0.1 on the port of its own name, with the
 * given attributes on top; undefined takes one out.
 */
export function entry(id: string, attributes: Attributes = {}): string {
  const dgram = attributes['socket_type'] === 'dgram';
  return block(`service ${id}`, {
    type: 'UNLISTED',
    socket_type: 'stream',
    protocol: dgram ? 'udp' : 'tcp',
    wait: dgram ? 'yes' : 'no',
    user: currentUser(),
    port: `@PORT:${id}@`,
    bind: '127.0.0.1',
    server: '/bin/cat',
    ...attributes,
  });
}

function block(head: string, attributes: Attributes): string {
  const lines = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) => `\t${/[+-]$/.test(name) ? `${name.slice(0, -1)} ${name.slice(-1)}=` : `${name} =`} ${value}`,
    );
  return `${head}\n{\n${lines.join('\n')}\n}\n`;
}

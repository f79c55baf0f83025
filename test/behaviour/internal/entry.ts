/** Entries of internal services, which need neither program nor user. */

/** An unlisted internal service on a free port of 127.0.0.1, with whatever is given on top. */
export function internal(name: string, attributes: Readonly<Record<string, string | number>> = {}): string {
  const dgram = attributes['socket_type'] === 'dgram';
  const all = {
    type: 'INTERNAL UNLISTED',
    socket_type: 'stream',
    protocol: dgram ? 'udp' : 'tcp',
    wait: dgram ? 'yes' : 'no',
    port: 0,
    bind: '127.0.0.1',
    ...attributes,
  };
  const lines = Object.entries(all).map(([attribute, value]) => `\t${attribute} = ${value}\n`);
  return `service ${name}\n{\n${lines.join('')}}\n`;
}

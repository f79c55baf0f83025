/** Where a service listens, and where it leads. */
import { formatIp, parseIpv4Loosely, parseIpv6 } from '../../../address/mod.ts';
import { quote } from '../../diagnostic/mod.ts';
import { isHostName } from '../access-item.ts';
import type { AttributeTable, Report } from '../attribute.ts';
import { one, two } from '../attribute.ts';
import type { Word } from '../tree.ts';
import { wholeNumber, yesNo, yesNoWords } from '../values.ts';

/** A numeric address in its canonical form, `%scope` kept, or a host name. */
function parseHost(word: Word, report: Report): string | undefined {
  const { text } = word;
  const percent = text.indexOf('%');
  const scope = percent === -1 ? '' : text.slice(percent);
  const address = text.includes(':')
    ? parseIpv6(percent === -1 ? text : text.slice(0, percent))
    : parseIpv4Loosely(text);
  if (address !== undefined && scope !== '%') return `${formatIp(address)}${scope}`;
  if (isHostName(text)) return text;
  report('bad-address', word, `${quote(text)} is neither an address nor a host name`);
  return undefined;
}

function parsePort(word: Word, report: Report): string | undefined {
  if (!/^[+-]?\d/.test(word.text)) return word.text;
  const number = wholeNumber(word, report, { low: 1, high: 65535, what: 'a port' });
  return number === undefined ? undefined : String(number);
}

export const network: Pick<AttributeTable, 'bind' | 'v6only' | 'redirect' | 'mdns'> = {
  bind: one({
    aliases: ['interface'],
    places: 'both',
    syntax: 'ADDRESS | HOST',
    default: 'every address of the machine',
    documentation: [
      'The one address that the service listens on. `interface` is another name of the attribute, and takes an address too: the name of a network device is not understood.',
    ],
    example: 'bind = 127.0.0.1',
    parse: parseHost,
  }),

  v6only: one({
    places: 'both',
    syntax: 'yes | no',
    default: 'no',
    documentation: ['With `yes` an IPv6 socket of the service takes no IPv4 clients.'],
    example: 'v6only = yes',
    words: yesNoWords,
    parse: yesNo,
  }),

  redirect: two({
    places: 'service',
    syntax: 'HOST PORT',
    default: 'none',
    documentation: [
      'Connections are passed on to this host and port (a number, or a name of services(5)) instead of starting a program.',
    ],
    example: 'redirect = 192.0.2.1 8080',
    later: { documentation: 'Not done by this version.', uses: () => ['redirect'] },
    parse: (first, second, report) => {
      const host = parseHost(first, report);
      const port = parsePort(second, report);
      return host === undefined || port === undefined ? undefined : { host, port };
    },
  }),

  mdns: one({
    places: 'both',
    syntax: 'yes | no',
    default: 'no',
    documentation: [
      '`no` is accepted for old files. With `yes` the service would be announced by multicast DNS; kinetd has no responder for that, so such a service is refused. Avahi can announce it instead.',
    ],
    example: 'mdns = no',
    words: yesNoWords,
    parse: yesNo,
  }),
};

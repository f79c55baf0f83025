/** Where a service listens, and where it leads. */
import { formatIp, parseIpv4Loosely, parseIpv6 } from '../../../address/mod.ts';
import { quote } from '../../diagnostic/mod.ts';
import { isHostName } from '../access-item.ts';
import type { AttributeTable, Report } from '../attribute.ts';
import { one, some, two } from '../attribute.ts';
import type { Word } from '../tree.ts';
import { wholeNumber, yesNo, yesNoWords } from '../values.ts';

/** A numeric address in its canonical form, `%scope` kept, a host name, or a network device. */
export function parsePlace(word: Word, report: Report): string | undefined {
  // What ip-link(8) allows and no host is called, such as a name with an @ in it.
  return /^[a-z][\w.@-]{0,14}$/i.test(word.text) ? word.text : parseHost(word, report);
}

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
  bind: some({
    aliases: ['interface'],
    places: 'both',
    syntax: 'ADDRESS | HOST | DEVICE…',
    default: 'every address of the machine',
    documentation: [
      'What the service listens on; `interface` is another name of the attribute. Each address has a socket of its own; xinetd takes one address alone. A host with several addresses gives the first of the family that `flags` asks for, IPv4 where it asks for none.',
      'The name of a network device, such as `eth1`, means every address as far as packets come in through that device, whatever addresses it has or will have (SO_BINDTODEVICE, see socket(7)). A name that is both a device and a host is the device. xinetd does not know devices.',
      'The flags `IPv4` and `IPv6` and the attribute `v6only` hold for devices as for a service without `bind`; an address that does not fit the flags is refused.',
    ],
    example: 'bind = 192.0.2.1 2001:db8::1',
    commentable: true,
    parse: (words, report) => {
      const places = new Set<string>();
      let good = true;
      for (const word of words) {
        const place = parsePlace(word, report);
        if (place === undefined) good = false;
        else if (places.has(place)) report('address-repeated', word, `${quote(word.text)} is in the list already`);
        else places.add(place);
      }
      return good ? [...places] : undefined;
    },
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
      'Connections are passed on to this host and port (a number, or a name of services(5)) instead of starting a program. `user` has to be written, as for xinetd; the worker passes them on, as the user _kinetd, or nobody where there is none.',
      'The name of a host is looked up for each connection; all of its addresses are tried, and a target that is not reached within 30 seconds is given up. A client that closes its sending side still gets the answer. Both sides may be silent for as long as they like.',
    ],
    example: 'redirect = 192.0.2.1 8080',
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

/** How often clients may come. */
import type { NetworkRate, Rate } from '../../../model/mod.ts';
import type { Attribute, AttributeTable } from '../attribute.ts';
import { some } from '../attribute.ts';
import { parseRate } from '../rate.ts';

const defaultPrefixes: NetworkRate['prefixes'] = { inet: 24, inet6: 64 };

function rate(name: string, documentation: readonly string[], example: string): Attribute<Rate | 'UNLIMITED'> {
  return some({
    places: 'both',
    syntax: 'N/PERIOD [burst N] | UNLIMITED',
    default: 'UNLIMITED',
    documentation,
    example: `${name} = ${example}`,
    parse: (words, report) => {
      const value = parseRate(words, report, new Set(['burst']));
      return value === undefined || value === 'UNLIMITED' ? value : value.rate;
    },
  });
}

export const rates: Pick<AttributeTable, 'rate_limit' | 'rate_limit_source' | 'rate_limit_network'> = {
  rate_limit: rate(
    'rate_limit',
    [
      'How many connections are served in a period: `50/s`, `600/m`, `5/10s`, `100/h`, `1000/d`. A connection over the rate is closed and logged as `FAIL: ID rate_limit`; the port stays open, and the next is served as soon as the rate has room. `burst` is how many may come together after a quiet time, the number of connections of a period where nothing is said.',
      'The rates come before `cps`, which goes on to hold: a client that is over a rate cannot close the port for others. To have rates alone, write `cps = 0 0`. For a service that waits a rate counts its servers, and what is refused is taken out of its queue unread.',
    ],
    '50/s burst 100',
  ),

  rate_limit_source: rate(
    'rate_limit_source',
    [
      'As `rate_limit`, for each client address by itself: who comes more often is refused, with the reason `rate_limit_source`, and nobody else. What is refused uses up nothing of the other rates.',
      'The daemon remembers a million clients of all its services together, in less than 50 MB. When there are more, those that have been silent longest are forgotten, and begin anew.',
    ],
    '10/m burst 20',
  ),

  rate_limit_network: some({
    places: 'both',
    syntax: 'N/PERIOD [burst N] [prefix IPV4 IPV6] | UNLIMITED',
    default: 'UNLIMITED',
    documentation: [
      'As `rate_limit_source`, for each block of addresses, with the reason `rate_limit_network`. `prefix` gives the lengths of the blocks for IPv4 and for IPv6; they are 24 and 64 where nothing is said. An IPv6 client commonly has a whole /64 to choose its address from.',
    ],
    example: 'rate_limit_network = 20/m burst 40 prefix 24 56',
    parse: (words, report) => {
      const value = parseRate(words, report, new Set(['burst', 'prefix']));
      if (value === undefined || value === 'UNLIMITED') return value;
      return { ...value.rate, prefixes: value.prefixes ?? defaultPrefixes };
    },
  }),
};

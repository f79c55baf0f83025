/** Where the daemon tells its metrics. Nothing of it is xinetd's. */
import type { AttributeTable } from '../attribute.ts';
import { some } from '../attribute.ts';
import { accessList } from './access.ts';
import { parseListenItem } from './listen.ts';

export const metrics: Pick<AttributeTable, 'metrics' | 'metrics_from'> = {
  metrics: some({
    places: 'defaults',
    syntax: 'tcp:[HOST:]PORT | unix:PATH…',
    default: 'metrics are told nowhere',
    documentation: [
      'Where the metrics of the daemon are told, as Prometheus reads them: `/metrics` over HTTP. The forms are those of `listen`, without UDP. This makes an internal service `metrics` (and `metrics-unix` for Unix sockets, which their mode of 600 keeps for the user of the daemon), which can be written out as a service of `type = INTERNAL` instead, with limits and a log of its own. Unknown to xinetd.',
    ],
    example: 'metrics = tcp:127.0.0.1:9117',
    commentable: true,
    parse: (words, report) => {
      const items = words.map((word) => {
        const item = parseListenItem(word, report);
        if (item?.transport !== 'udp') return item;
        report('bad-listen', word, 'metrics are not told over UDP', 'write tcp:PORT or unix:/PATH');
        return undefined;
      });
      const good = items.filter((item) => item !== undefined);
      return good.length === items.length ? good : undefined;
    },
  }),

  metrics_from: accessList({
    places: 'defaults',
    default: 'this machine: 127.0.0.0/8 ::1',
    documentation: [
      'Who may have the metrics over TCP. The forms are those of `only_from`; hosts.allow and hosts.deny are not asked. Unknown to xinetd.',
    ],
    example: 'metrics_from = 192.0.2.10',
  }),
};

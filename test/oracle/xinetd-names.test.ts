/** Host names, domains and networks in only_from and no_access: which name a client has, and whether it is believed. */
import { expect } from 'vitest';

import { nameServer } from '../daemon/name-server.ts';
import { entry, loggingDefaults } from './entry.ts';
import { compare, difference, same } from './pair.ts';
import type { Needs } from './programs.ts';
import type { Side } from './side.ts';
import { inViewOfItsOwn } from './view.ts';

const needs: Needs = { personality: 'xinetd', root: true, mounts: true };

const lists = {
  host: { only_from: 'CAT.example.org' },
  domain: { only_from: '.example.org' },
  not: { no_access: '.Example.Org' },
  both: { only_from: '127.0.0.0/8', no_access: 'cat.example.org' },
};

const files = {
  'xinetd.conf':
    loggingDefaults +
    Object.entries(lists)
      .map(([id, list]) => entry(id, list))
      .join(''),
  hosts: '127.0.0.1 localhost\n127.0.0.2 cat.example.org\n127.0.0.4 example.org\n',
};

/** How clients fare, by list. */
async function fates(side: Side): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const id of Object.keys(lists)) {
    const fares: string[] = [];
    for (const from of ['127.0.0.1', '127.0.0.2', '127.0.0.4']) fares.push(await side.fares(id, '127.0.0.1', { from }));
    found[id] = fares.map((fare) => (fare === 'served' ? 'S' : 'c')).join('');
  }
  return found;
}

same(needs, 'a host name and a domain are compared with the name of the client', async () => {
  const { debian, kinetd } = await compare(
    inViewOfItsOwn({ ...files, 'nsswitch.conf': 'hosts: files\nnetworks: files\n' }),
    fates,
  );
  expect(debian).toEqual({ host: 'cSc', domain: 'cSc', not: 'ScS', both: 'ScS' });
  expect(kinetd).toEqual(debian);
});

difference(needs, 'a name that does not lead back to its client lets nobody in', async () => {
  const server = await nameServer({
    names: { '127.0.0.3': 'cat.example.org' },
    addresses: { 'cat.example.org': '127.0.0.2' },
  });
  const view = inViewOfItsOwn({
    'xinetd.conf': loggingDefaults + entry('s', { only_from: '.example.org' }),
    hosts: '',
    'nsswitch.conf': 'hosts: dns\n',
    'resolv.conf': `nameserver ${server.address}\n`,
  });
  const answers = await compare(view, (side) => side.fares('s', '127.0.0.1', { from: '127.0.0.3' }));
  expect(answers).toEqual({ debian: 'served', kinetd: 'closed' });
});

difference(needs, 'a name of networks(5) is the network, and not its first address', async () => {
  const view = inViewOfItsOwn({
    'xinetd.conf': loggingDefaults + entry('s', { no_access: 'lab' }),
    hosts: '127.0.0.1 localhost\n',
    networks: 'lab 127.0.0.0\n',
    'nsswitch.conf': 'hosts: files\nnetworks: files\n',
  });
  const answers = await compare(view, (side) => side.fares('s'));
  expect(answers).toEqual({ debian: 'served', kinetd: 'closed' });
});

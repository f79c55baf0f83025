/**
 * Names that are looked up for each client alone, and without an address now: the target of a redirected service, and
 * hosts of the access lists, which have to lead back to the client (docs/compatibility.md). They may come later, so none
 * of it is an error. Names that the daemon listens on are looked up when the configuration is read.
 */
import type { AttributeName, Diagnostic, Reading, ServiceTable, System } from '../config/mod.ts';
import type { Service } from '../model/mod.ts';
import { Subject } from './subject.ts';

interface Name {
  readonly attribute: AttributeName;
  readonly host: string;
  readonly consequence: string;
}

/** @param table made of the reading */
export async function namesWithoutAddress(
  { definitions }: Reading,
  { entries }: ServiceTable,
  system: Pick<System, 'addresses'>,
): Promise<readonly Diagnostic[]> {
  const known = new Map<string, Promise<boolean>>();
  const resolves = (host: string): Promise<boolean> => {
    const asked = known.get(host) ?? system.addresses(host).then((found) => found.length > 0);
    known.set(host, asked);
    return asked;
  };
  const found = entries.map(async (entry, index) => {
    const definition = definitions[index];
    if (entry.state !== 'ready' || definition === undefined) return [];
    const subject = new Subject(entry.service, definition);
    const names = namesOf(entry.service);
    const answers = await Promise.all(names.map(({ host }) => resolves(host)));
    for (const [at, { attribute, host, consequence }] of names.entries()) {
      if (answers[at] === true) continue;
      const message = `'${host}' has no address now, and ${consequence}`;
      subject.add(
        'name-not-resolved',
        attribute,
        message,
        'write a numeric address, or mend the name service',
        'warning',
      );
    }
    return subject.diagnostics;
  });
  return (await Promise.all(found)).flat();
}

function namesOf({ server, access }: Service): readonly Name[] {
  const names: Name[] = [];
  if (server.kind === 'redirect') {
    names.push({ attribute: 'redirect', host: server.target.host, consequence: 'clients are passed on to nobody' });
  }
  for (const [attribute, patterns] of [
    ['only_from', access.names?.onlyFrom ?? []],
    ['no_access', access.names?.noAccess ?? []],
  ] as const) {
    for (const { kind, name } of patterns) {
      if (kind === 'host') names.push({ attribute, host: name, consequence: 'no client can be known by it' });
    }
  }
  return names;
}

/**
 * What a reload has to do, worked out before anything is done (pure): which running services go on with new text,
 * which are new, which end, and which go on as they are because their new text is broken.
 *
 * A running service is found again by xinetd's rule: same id and same wait, protocol, socket type and port. A
 * service of the same id with another port is a new one, and the old one ends once the new one has started. Ids need
 * not be unique; services that agree in everything are matched in the order of the text.
 */
import type { ServiceTable } from '../config/mod.ts';
import type { Service } from '../model/mod.ts';

export interface ReloadPlan<Running extends { readonly service: Service }> {
  readonly keep: readonly { readonly running: Running; readonly service: Service }[];
  /** New ones; `predecessor` is the dropped service of the same id that it takes the place of. */
  readonly start: readonly { readonly service: Service; readonly predecessor: Running | undefined }[];
  readonly drop: readonly Running[];
  /** The text of these is refused or cannot be read now; the old definition goes on until it is mended. */
  readonly retain: readonly Running[];
}

export function planReload<Running extends { readonly service: Service }>(
  current: readonly Running[],
  table: Pick<ServiceTable, 'entries' | 'unread'>,
): ReloadPlan<Running> {
  const unmatched = new Map<string, Running[]>();
  for (const running of current) {
    const key = identity(running.service);
    const same = unmatched.get(key);
    if (same === undefined) unmatched.set(key, [running]);
    else same.push(running);
  }
  const keep: { running: Running; service: Service }[] = [];
  const start: Service[] = [];
  const refused = new Set<string>();
  for (const entry of table.entries) {
    if (entry.state === 'refused') refused.add(entry.id.toLowerCase());
    if (entry.state !== 'ready') continue;
    const running = unmatched.get(identity(entry.service))?.shift();
    if (running === undefined) start.push(entry.service);
    else keep.push({ running, service: entry.service });
  }
  const drop: Running[] = [];
  const retain: Running[] = [];
  for (const running of [...unmatched.values()].flat()) {
    const { id, origin } = running.service;
    const unknown = refused.has(id.toLowerCase()) || table.unread.some((path) => holds(path, origin.file));
    (unknown ? retain : drop).push(running);
  }
  return { keep, start: withPredecessors(start, drop), drop, retain };
}

/** Of several dropped services of one id, that of the same protocol comes first. */
function withPredecessors<Running extends { readonly service: Service }>(
  start: readonly Service[],
  drop: readonly Running[],
): ReloadPlan<Running>['start'] {
  const left = new Map<string, Running[]>();
  for (const running of drop) {
    const id = running.service.id.toLowerCase();
    left.set(id, [...(left.get(id) ?? []), running]);
  }
  const take = (service: Service, alike: (before: Service) => boolean): Running | undefined => {
    const candidates = left.get(service.id.toLowerCase()) ?? [];
    const at = candidates.findIndex((running) => alike(running.service));
    return at < 0 ? undefined : candidates.splice(at, 1)[0];
  };
  const same = start.map((service) =>
    take(
      service,
      ({ protocol, socketType }) => protocol.name === service.protocol.name && socketType === service.socketType,
    ),
  );
  return start.map((service, at) => ({ service, predecessor: same[at] ?? take(service, () => true) }));
}

function identity({ id, wait, protocol, socketType, endpoints }: Service): string {
  const ports = [...new Set(endpoints.map(({ port }) => port))].sort((a, b) => a - b);
  return `${id.toLowerCase()} ${wait} ${protocol.name} ${socketType} ${ports.join(',')}`;
}

/** Whether a path that could not be read is this file or the folder that it stands in. */
function holds(path: string, file: string): boolean {
  return file === path || file.startsWith(path.endsWith('/') ? path : `${path}/`);
}

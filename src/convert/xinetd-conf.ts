/**
 * A configuration in kinetd's own form, or as an xinetd.conf: one file, whatever it came from, with the comments of the
 * source above what they stood above.
 *
 * `defaults` stays a block, and stands first, since xinetd's reaches only what stands below it. Where lines of an
 * inetd.conf are in it too, which no `defaults` reaches, its values stand in each service that has them instead.
 */
import {
  type AttributeName,
  type Definition,
  printTree,
  type ServiceEntry,
  type Settings,
  sourceFile,
  wordsOf,
} from '../config/mod.ts';
import { leftOut, reasonOf } from './left-out.ts';
import { type Converted, commentOf, type Loss, type Lost, lossOf, placeOf } from './loss.ts';
import { nativeOf } from './native.ts';
import { namesOf } from './settings.ts';
import { headOf, type Remarks, type Source, type SourceEntry } from './source.ts';
import { lines } from './text.ts';
import { onePerSocket, xinetdObstacle, xinetdSettings } from './xinetd-settings.ts';

export type ConfTarget = 'kinetd' | 'xinetd';

/** The port of a service in services(5), by name and protocol. */
export type Listed = (name: string, protocol: string) => number | undefined;

export function toConf(source: Source, target: ConfTarget, listed: Listed): Converted {
  return new Writer(source, target, listed).write();
}

class Writer {
  readonly #source: Source;
  readonly #target: ConfTarget;
  readonly #listed: Listed;
  readonly #losses: Loss[] = [];
  readonly #parts: string[] = [];
  /** What services inherit, as the target has it. */
  readonly #inherited: Settings;
  /** Whether values of `defaults` are written into each service. */
  readonly #spread: boolean;
  /** How many lines of an inetd.conf there have been of each name. */
  readonly #numbers = new Map<string, number>();
  /** Ids of entries that one entry has become, besides its own. */
  readonly #moreIds = new Map<string, readonly string[]>();

  constructor(source: Source, target: ConfTarget, listed: Listed) {
    this.#source = source;
    this.#target = target;
    this.#listed = listed;
    this.#spread = source.items.some((item) => item.kind === 'entry' && item.definition.dialect === 'inetd');
    const settings = this.#spread ? {} : (source.defaults?.settings ?? {});
    this.#inherited = target === 'xinetd' ? xinetdSettings(settings, 'defaults').settings : settings;
  }

  write(): Converted {
    for (const item of this.#source.items) {
      if (item.kind === 'comments') this.#parts.push(lines(item.lines));
      else this.#entry(item);
    }
    // The ids of the entries are known by now.
    const before = [this.#head(), ...this.#defaults()];
    const text = [...before, ...this.#parts].filter((part) => part !== '').join('\n');
    return { files: new Map([[`${this.#target}.conf`, text]]), losses: this.#losses };
  }

  #head(): string {
    const inetd = this.#source.items.find((item) => item.kind === 'entry' && item.definition.dialect === 'inetd');
    if (inetd?.kind !== 'entry') return lines([headOf(this.#source, this.#target)]);
    const loss: Loss = {
      service: undefined,
      attribute: 'passenv',
      why: "an inetd takes PATH, HOME and other variables of a login out of its servers' environment; here they get the whole of it",
      ...placeOf(inetd.definition.span),
    };
    this.#losses.unshift(loss);
    return lines([headOf(this.#source, this.#target), commentOf(loss)]);
  }

  #defaults(): readonly string[] {
    const { defaults } = this.#source;
    if (defaults === undefined) return [];
    const { spans, remarks } = defaults;
    const alone = ['metrics', 'metrics_from', 'enabled', 'disabled'] as const;
    const settings = this.#spread
      ? Object.fromEntries(
          alone
            .slice(0, 2)
            .flatMap((name) => (defaults.settings[name] === undefined ? [] : [[name, defaults.settings[name]]])),
        )
      : this.#withMoreIds(defaults.settings);
    const made = this.#target === 'xinetd' ? xinetdSettings(settings, 'defaults') : { settings, lost: [] };
    const lost = made.lost
      // Where it is for services, each tells it.
      .filter(({ attribute }) => alone.some((name) => name === attribute))
      .map(({ attribute, why }): Loss => {
        const span = spans.get(attribute);
        const place = span === undefined ? { file: '', line: 0 } : placeOf(span);
        return { service: undefined, attribute, why, ...place };
      });
    this.#losses.unshift(...lost);
    const order = [...spans.keys()].filter((name) => !this.#spread || settings[name] !== undefined);
    const { assignments, below } = assignmentsOf(made.settings, order, remarks, lost);
    if (assignments.length === 0) return [lines([...remarks.above, ...below])];
    const entry = {
      kind: 'defaults',
      keyword: word('defaults'),
      assignments,
      problems: [],
      above: remarks.above,
      below,
    } as const;
    return [printTree({ file: nowhere, items: [entry], problems: [] })];
  }

  /** An entry that has become several is meant by its id all the same. */
  #withMoreIds(settings: Settings): Settings {
    const more = (ids: readonly string[]): readonly string[] =>
      ids.flatMap((id) => [id, ...(this.#moreIds.get(id) ?? [])]);
    const { enabled, disabled } = settings;
    return {
      ...settings,
      ...(enabled === undefined ? {} : { enabled: more(enabled) }),
      ...(disabled === undefined ? {} : { disabled: more(disabled) }),
    };
  }

  #entry(entry: SourceEntry): void {
    const { definition, service, id, state } = entry;
    if (state === 'refused' || (state === 'disabled' && definition.dialect === 'inetd')) {
      this.#leaveOut(entry, reasonOf(entry));
      return;
    }
    const native =
      service === undefined || definition.dialect === 'xinetd'
        ? { name: definition.name, settings: definition.settings, lost: [] }
        : nativeOf(definition, service, this.#ownId(entry));
    if (typeof native === 'string') {
      this.#leaveOut(entry, native);
      return;
    }
    const settings = this.#spread && state === 'disabled' ? { ...native.settings, disable: true } : native.settings;
    const obstacle = this.#target === 'xinetd' ? this.#obstacle(entry, settings) : undefined;
    if (obstacle !== undefined) {
      this.#leaveOut(entry, obstacle);
      return;
    }
    const several = this.#target === 'xinetd' && service !== undefined ? onePerSocket(settings, service) : [settings];
    this.#nameMore(id, several.length);
    for (const [index, each] of several.entries()) {
      const lost: Lost[] = [...native.lost];
      const named = index === 0 ? each : { ...each, id: `${definition.settings.id ?? definition.name}-${index + 1}` };
      if (several.length > 1 && index === 0) lost.push(...ofEachSocket(each));
      if (index === 0 && service !== undefined && settings.listen?.some(({ transport }) => transport === 'unix')) {
        if (this.#target === 'xinetd') lost.push({ attribute: 'listen', why: 'xinetd has no Unix sockets' });
      }
      this.#print(entry, native.name, named, lost, index === 0);
    }
  }

  #obstacle({ state, service }: SourceEntry, settings: Settings): string | undefined {
    const sockets = settings.listen !== undefined || (settings.bind ?? []).length > 1;
    if (state === 'disabled' && sockets) return 'it is switched off, so that its sockets are not known';
    if (service?.behindTcpmux === undefined && service?.rpc === undefined) {
      if (service?.endpoints.some(({ family, port }) => family !== 'unix' && port === 0)) {
        return 'its port is for the kernel to choose';
      }
    }
    return xinetdObstacle(settings, service);
  }

  #nameMore(id: string, sockets: number): void {
    if (sockets < 2) return;
    const more = Array.from({ length: sockets - 1 }, (_, index) => `${id}-${index + 2}`.toLowerCase());
    this.#moreIds.set(id.toLowerCase(), more);
  }

  /** Of lines with one name, such as echo over TCP and over UDP, each needs an id. */
  #ownId({ id, definition }: SourceEntry): string | undefined {
    const number = (this.#numbers.get(id) ?? 0) + 1;
    this.#numbers.set(id, number);
    return number === 1 ? undefined : `${definition.name}-${definition.settings.protocol ?? 'unix'}-${number}`;
  }

  #leaveOut(entry: SourceEntry, why: string): void {
    const loss = lossOf(entry.id, entry.definition, undefined, why);
    // One that is switched off runs nowhere.
    if (entry.state !== 'disabled') this.#losses.push(loss);
    this.#parts.push(lines(leftOut(entry, loss)));
  }

  #print(entry: SourceEntry, name: string, settings: Settings, own: readonly Lost[], first: boolean): void {
    const { definition, id, remarks, state, problems } = entry;
    const made = this.#target === 'xinetd' ? this.#fitted(name, settings) : { settings, lost: [] };
    const lost = first
      ? [...own, ...made.lost].map(({ attribute, why }) => lossOf(id, definition, attribute, why))
      : [];
    if (state === 'disabled' && first) {
      for (const { message, line } of problems) {
        lost.push({
          service: id,
          attribute: 'disable',
          why: `line ${line} is lost: ${message}`,
          file: definition.span.file.path,
          line,
        });
      }
    }
    this.#losses.push(...lost);
    const { assignments, below } = assignmentsOf(
      made.settings,
      this.#order(definition, made.settings),
      first ? remarks : none,
      lost,
    );
    const service: ServiceEntry = {
      kind: 'service',
      keyword: word('service'),
      name: word(name),
      assignments,
      problems: [],
      above: first ? remarks.above : [],
      below,
    };
    this.#parts.push(printTree({ file: nowhere, items: [service], problems: [] }));
  }

  /** As xinetd takes it. */
  #fitted(name: string, settings: Settings): ReturnType<typeof xinetdSettings> {
    const { settings: made, lost } = xinetdSettings(settings, 'service');
    const { port, type, protocol, socket_type } = made;
    const usual = protocol ?? (socket_type === 'dgram' ? 'udp' : 'tcp');
    const unlisted = port !== undefined && !type?.has('RPC') && this.#listed(name, usual) !== port;
    return {
      settings: {
        ...made,
        ...(unlisted ? { type: new Set([...(type ?? []), 'UNLISTED' as const]) } : {}),
        // A bind in defaults is not for a service that says with `listen` where it is.
        ...(this.#inherited.bind !== undefined && made.bind === undefined ? { bind: ['::'] } : {}),
      },
      lost,
    };
  }

  /** The attributes to be written, in the order of the text; those that it does not have come last. */
  #order(definition: Definition, settings: Settings): readonly AttributeName[] {
    const { spans } = definition;
    const inherited = this.#spread ? undefined : this.#source.defaults?.spans;
    const isOwn = (name: AttributeName): boolean =>
      definition.dialect === 'inetd' || (spans.has(name) && spans.get(name) !== inherited?.get(name));
    const names = namesOf(settings).filter((name) => isOwn(name) || !sameWords(name, settings, this.#inherited));
    const rank = (name: AttributeName): number => {
      const said = isOwn(name) ? name : replaced[name];
      return definition.dialect === 'inetd'
        ? 0
        : ((said && spans.get(said)?.start) ?? definition.span.file.text.length);
    };
    const ordered = names.toSorted((a, b) => rank(a) - rank(b));
    // xinetd's server crashes when NAMEINARGS stands behind server_args.
    const [flags, args] = [ordered.indexOf('flags'), ordered.indexOf('server_args')];
    if (args !== -1 && flags > args && settings.flags?.has('NAMEINARGS')) {
      ordered.splice(flags, 1);
      ordered.splice(args, 0, 'flags');
    }
    return ordered;
  }
}

/** What kinetd alone has, by what says it in its place. */
const replaced: Partial<Record<AttributeName, AttributeName>> = {
  server: 'command',
  server_args: 'command',
  type: 'listen',
  protocol: 'listen',
  port: 'listen',
  bind: 'listen',
};

const nowhere = sourceFile('', '');
const none: Remarks = { above: [], inside: new Map(), below: [] };

function word(text: string): { readonly text: string; readonly start: number } {
  return { text, start: 0 };
}

function sameWords(name: AttributeName, one: Settings, other: Settings): boolean {
  return wordsOf(name, one)?.join(' ') === wordsOf(name, other)?.join(' ');
}

function ofEachSocket(settings: Settings): readonly Lost[] {
  return (['instances', 'per_source'] as const)
    .filter((name) => typeof settings[name] === 'number')
    .map((attribute) => ({
      attribute,
      why: 'each socket has an entry of its own in xinetd, and the limit is for each of them',
    }));
}

/** What belongs to an attribute that is not written stands above the next that is. */
function assignmentsOf(
  settings: Settings,
  order: readonly AttributeName[],
  remarks: Remarks,
  lost: readonly Loss[],
): Pick<ServiceEntry, 'assignments'> & { readonly below: readonly string[] } {
  const assignments: ServiceEntry['assignments'][number][] = [];
  const all = new Set([...remarks.inside.keys(), ...lost.flatMap(({ attribute }) => attribute ?? [])]);
  const told = (name: AttributeName): readonly string[] => [
    ...(remarks.inside.get(name) ?? []),
    ...lost.filter(({ attribute }) => attribute === name).map(commentOf),
  ];
  for (const name of order) {
    const words = wordsOf(name, settings);
    if (words === undefined || (words.length === 0 && (name === 'type' || name === 'flags'))) continue;
    all.delete(name);
    let start = 0;
    const values = words.map((text) => {
      const value = { text, start };
      start += text.length + 1;
      return value;
    });
    assignments.push({
      attribute: word(name),
      operator: '=',
      operatorStart: 0,
      values,
      comment: [],
      above: told(name),
    });
  }
  return { assignments, below: [...[...all].flatMap(told), ...remarks.below] };
}

/**
 * Definitions to the entries of a ServiceTable: every default filled in, every name looked up, every
 * Definition accounted for, in the order of the text, and frozen.
 *
 * The only thing waited for is the resolver (host names that services listen on); it is asked before the
 * rest, so nothing changes half-way through.
 */
import type { Endpoint, Service } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import type { Diagnostic } from '../diagnostic/mod.ts';
import type { TableEntry } from '../table.ts';
import type { Defaults } from '../xinetd/mod.ts';
import { type Clash, settleAddresses } from './duplicates.ts';
import { Environments } from './environment.ts';
import { Findings } from './findings.ts';
import { deepFreeze } from './freeze.ts';
import { cachedLookups } from './lookups.ts';
import { lookUpHosts } from './names.ts';
import type { ResolveOptions } from './options.ts';
import { selectServices } from './selection.ts';
import { idOf, inspectBroken, originOf, resolveService, type Surroundings } from './service.ts';
import type { System } from './system.ts';

export interface Resolution {
  readonly entries: readonly TableEntry[];
  /** Findings of this step alone; the readers have told theirs. In no particular order. */
  readonly diagnostics: readonly Diagnostic[];
}

interface Outcome {
  readonly definition: Definition;
  readonly state: TableEntry['state'];
  readonly service: Service | undefined;
}

/** Never rejects, as long as the System keeps its word not to throw. */
export async function resolveDefinitions(
  definitions: readonly Definition[],
  defaults: Defaults,
  system: System,
  options: ResolveOptions,
): Promise<Resolution> {
  const selection = selectServices(definitions, defaults);
  const diagnostics = [...selection.diagnostics];
  const lookups = cachedLookups(system);
  const wanted = definitions.filter(
    (definition) => definition.errors.length === 0 && !selection.disabled.has(definition),
  );
  const around: Surroundings = {
    system: lookups,
    hosts: await lookUpHosts(wanted, lookups),
    options,
    environments: new Environments(system, options.keepEnvironment, options.resolveNames),
    defaultSpans: defaults.spans,
  };

  const outcomes = definitions.map((definition): Outcome => {
    if (selection.disabled.has(definition)) return { definition, state: 'disabled', service: undefined };
    const findings = new Findings(definition, defaults.spans);
    const broken = definition.errors.length > 0;
    const service = broken
      ? inspectBroken(definition, lookups, findings)
      : resolveService(definition, around, findings);
    diagnostics.push(...findings.diagnostics);
    return { definition, state: service === undefined ? 'refused' : 'ready', service };
  });
  return settle(outcomes, diagnostics, defaults);
}

/** Takes out services whose address is taken, and makes the entries. */
function settle(outcomes: readonly Outcome[], diagnostics: Diagnostic[], defaults: Defaults): Resolution {
  const { clashes, services } = settleAddresses(outcomes.flatMap(({ service }) => service ?? []));
  const taken = new Set<Service>();
  const definitions = new Map(
    outcomes.flatMap(({ service, definition }) => (service === undefined ? [] : [[service, definition]])),
  );
  for (const clash of clashes) {
    const definition = definitions.get(clash.service);
    if (definition !== undefined) diagnostics.push(...describeClash(clash, definition, defaults));
    if (clash.same) taken.add(clash.service);
  }
  const entries = outcomes.map(({ definition, state, service }): TableEntry => {
    const id = idOf(definition);
    const origin = service?.origin ?? originOf(definition);
    const { settings } = definition;
    if (state === 'disabled') return deepFreeze({ id, origin, settings, state });
    if (service === undefined || taken.has(service)) return deepFreeze({ id, origin, settings, state: 'refused' });
    return deepFreeze({ id, origin, settings, state: 'ready', service: services.get(service) ?? service });
  });
  return { entries: Object.freeze(entries), diagnostics: withoutRepeats(diagnostics) };
}

function describeClash(clash: Clash, definition: Definition, defaults: Defaults): readonly Diagnostic[] {
  const { service, endpoint, earlier, other, same } = clash;
  const findings = new Findings(definition, defaults.spans);
  const owner = `the service ${earlier.id} (${earlier.origin.file}, line ${earlier.origin.line})`;
  const address = endpoint.family === 'unix' ? endpoint.address : `${addressText(endpoint)}/${service.protocol.name}`;
  const attribute = definition.settings.port === undefined ? undefined : 'port';
  if (same) {
    const help = 'give one of them another port or address';
    findings.add('duplicate-address', attribute, `${address} belongs to ${owner}`, help);
  } else {
    const help = 'whether both can be opened is up to the kernel; bind each to addresses of its own';
    findings.add('overlapping-address', attribute, `${address} and ${addressText(other)} of ${owner} overlap`, help);
  }
  return findings.diagnostics;
}

function addressText({ family, address, device, port }: Endpoint): string {
  const place = device === undefined ? address : `${address}%${device}`;
  return family === 'inet6' ? `[${place}]:${port}` : `${place}:${port}`;
}

/** A value of `defaults` is looked at for each service that inherits it and needs to be talked about once. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((diagnostic) => {
    if (diagnostic.severity === 'error') return true;
    const key = `${diagnostic.path}\n${diagnostic.span?.start}\n${diagnostic.code}\n${diagnostic.message}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

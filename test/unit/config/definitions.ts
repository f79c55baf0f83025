/** Definitions without a file to read: each attribute stands on a line of its own in an imagined one. */
import type { AttributeName, Definition, Settings } from '../../../src/config/definition.ts';
import { readInetd } from '../../../src/config/inetd/mod.ts';
import { defaultOptions, type ResolveOptions, type System } from '../../../src/config/resolve/mod.ts';
import { type Resolution, resolveDefinitions } from '../../../src/config/resolve/resolve.ts';
import { type Span, sourceFile } from '../../../src/config/source/mod.ts';
import type { LaunchPlan, Service } from '../../../src/model/mod.ts';

export function span(text: string): Span {
  const file = sourceFile('/etc/xinetd.conf', text);
  return { file, start: 0, end: text.length };
}

/** A complete service, with `settings` over it; an attribute that is undefined there is taken out. */
export function definition(
  name: string,
  settings: { readonly [Name in AttributeName]?: Settings[Name] | undefined } = {},
): Definition {
  const whole = {
    type: new Set(['UNLISTED']),
    socket_type: 'stream',
    wait: false,
    user: 'root',
    server: '/bin/cat',
    port: 47001,
    ...settings,
  };
  const written = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
  const spans = new Map<AttributeName, Span>();
  for (const attribute of Object.keys(settings)) spans.set(attribute as AttributeName, span(`${attribute} = …`));
  return {
    dialect: 'xinetd',
    name,
    span: span(`service ${name}`),
    settings: written,
    spans,
    inetd: undefined,
    errors: [],
  };
}

export function inetdLines(text: string): readonly Definition[] {
  return readInetd(sourceFile('/etc/inetd.conf', text)).definitions;
}

export function resolved(
  definitions: readonly Definition[],
  system: System,
  options: Partial<ResolveOptions> = {},
  defaults: Settings = {},
): Promise<Resolution> {
  const spans = new Map(Object.keys(defaults).map((name) => [name as AttributeName, span(`${name} = …`)]));
  return resolveDefinitions(definitions, { settings: defaults, spans, listSpans: new Map() }, system, {
    ...defaultOptions,
    ...options,
  });
}

/** The only service of a resolution, which must have no error. */
export async function onlyService(
  definitions: readonly Definition[],
  system: System,
  options: Partial<ResolveOptions> = {},
): Promise<Service> {
  const { entries, diagnostics } = await resolved(definitions, system, options);
  const [entry] = entries;
  if (entry?.state !== 'ready') throw new Error(`not ready: ${diagnostics.map(({ message }) => message).join('; ')}`);
  return entry.service;
}

/** The launch plan of the only service, which must run a program. */
export async function onlyLaunch(
  definitions: readonly Definition[],
  system: System,
  options: Partial<ResolveOptions> = {},
): Promise<LaunchPlan> {
  return launchOf(await onlyService(definitions, system, options));
}

export function launchOf({ server }: Service): LaunchPlan {
  if (server.kind !== 'program') throw new Error('the service runs no program');
  return server.launch;
}

/** `code` or `code(attribute)` of each diagnostic. */
export async function codesOf(
  definitions: readonly Definition[],
  system: System,
  options: Partial<ResolveOptions> = {},
): Promise<string[]> {
  const { diagnostics } = await resolved(definitions, system, options);
  return diagnostics.map(({ code }) => code);
}

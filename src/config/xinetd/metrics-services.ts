/** The internal services that `metrics` of defaults stands for. */
import type { AttributeName, Definition, ListenItem, Settings } from '../definition.ts';
import type { Span } from '../source/mod.ts';

/** Scrapers are few; a crowd of them must not make the daemon count for nothing else. */
const instances = 10;

/** Over TCP for those of `metrics_from`, or of this machine; over Unix sockets for who may write to them. */
export function metricsServices(settings: Settings, spans: ReadonlyMap<AttributeName, Span>): readonly Definition[] {
  const span = spans.get('metrics');
  const { metrics, metrics_from: from = thisMachine, log_type: log } = settings;
  if (metrics === undefined || span === undefined) return [];
  const unix = metrics.filter(({ transport }) => transport === 'unix');
  const tcp = metrics.filter(({ transport }) => transport !== 'unix');
  const shared = log === undefined ? {} : { log_type: log };
  // The log of defaults is one for all, which its span tells.
  const logSpan = spans.get('log_type');
  const places = new Map([
    ['listen' as const, span],
    ...(logSpan === undefined ? [] : [['log_type' as const, logSpan] as const]),
  ]);
  const definition = (id: string, listen: readonly ListenItem[], more: Settings): Definition =>
    definitionOf(id, span, places, { listen, ...more });
  return [
    ...(tcp.length === 0 ? [] : [definition('metrics', tcp, { ...shared, only_from: from })]),
    ...(unix.length === 0 ? [] : [definition('metrics-unix', unix, shared)]),
  ];
}

const thisMachine: NonNullable<Settings['only_from']> = [
  { kind: 'network', network: { family: 'inet', address: '127.0.0.0', prefix: 8, text: '127.0.0.0/8' } },
  { kind: 'network', network: { family: 'inet6', address: '::1', prefix: 128, text: '::1' } },
];

function definitionOf(id: string, span: Span, spans: ReadonlyMap<AttributeName, Span>, settings: Settings): Definition {
  return {
    dialect: 'xinetd',
    name: 'metrics',
    span,
    settings: {
      id,
      type: new Set(['INTERNAL', 'UNLISTED']),
      socket_type: 'stream',
      wait: false,
      flags: new Set(['NOLIBWRAP']),
      instances,
      cps: { connections: 0, pauseSeconds: 0 },
      // A scraper comes every few seconds, a stranger once.
      log_on_success: new Set(),
      log_on_failure: new Set(['HOST']),
      ...settings,
    },
    spans,
    inetd: undefined,
    errors: [],
  };
}

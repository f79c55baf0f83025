/**
 * How much of a service there may be: bounds with their defaults, and the cases in which the daemon could not keep to
 * them. Like an access list, a rate for each client cannot be kept where the server accepts its clients itself.
 */
import type { QueueLimit, RateLimits, ServiceLimits } from '../../model/mod.ts';
import type { Definition, Settings } from '../definition.ts';
import { rulesOf } from '../inetd/mod.ts';
import { mostConversations, servesEachSender } from './conversations.ts';
import type { Findings } from './findings.ts';
import type { ResolveOptions } from './options.ts';
import type { Kind } from './transport.ts';

/** `cps` of a service that says nothing about it, in xinetd. */
const xinetdRate = { connections: 50, pauseSeconds: 10 };

export function resolveServiceLimits(
  { settings, inetd }: Definition,
  kind: Kind,
  options: ResolveOptions,
  findings: Findings,
): ServiceLimits {
  const cps = settings.cps ?? (inetd === undefined ? xinetdRate : undefined);
  const starts =
    inetd === undefined
      ? (finite(settings.starts_per_minute) ?? 0)
      : (inetd.startsPerMinute ?? options.startsPerMinute ?? rulesOf(inetd.dialect).startsPerMinute);
  const defaults = inetd !== undefined && settings.wait === false ? options : undefined;
  const usual = servesEachSender(settings, kind) ? mostConversations : undefined;
  const limits: ServiceLimits = {
    instances: finite(settings.instances ?? defaults?.instances ?? usual),
    perSource: finite(settings.per_source ?? defaults?.perSource),
    cps: cps === undefined || cps.connections === 0 ? undefined : cps,
    startsPerMinute: starts === 0 ? undefined : starts,
    rates: resolveRates(settings, defaults?.startsPerMinutePerSource),
    queue: resolveQueue(settings, kind, findings),
    timeout: finite(settings.timeout),
    maxLoad: settings.max_load,
  };
  if (settings.socket_type === 'stream' && settings.wait === true) checkPeerUnknown(limits, findings);
  return limits;
}

/** @param perMinute of an address, where the service says nothing */
function resolveRates(settings: Settings, perMinute: number | undefined): RateLimits | undefined {
  const service = finite(settings.rate_limit);
  const usual = perMinute === undefined ? undefined : { count: perMinute, periodSeconds: 60, burst: perMinute };
  const source = finite(settings.rate_limit_source ?? usual);
  const network = finite(settings.rate_limit_network);
  return (service ?? source ?? network) === undefined ? undefined : { service, source, network };
}

/** What defaults say is meant for services that it fits; what a service says itself should have an effect. */
function resolveQueue(
  { queue, instances, wait }: Settings,
  { socketType }: Kind,
  findings: Findings,
): QueueLimit | undefined {
  if (queue === undefined || queue.places === 0) return undefined;
  const bounded = instances !== undefined && instances !== 'UNLIMITED';
  if (bounded && wait !== true && socketType !== 'dgram') return queue;
  if (!findings.isInherited('queue')) {
    const why = bounded
      ? socketType === 'dgram'
        ? 'datagrams wait in the queue of the kernel, or are refused'
        : 'a service with wait = yes has the queue of the kernel'
      : 'nobody has to wait where instances is UNLIMITED';
    findings.add(
      'no-effect',
      'queue',
      `queue has no effect: ${why}`,
      'take the line out, or write instances = NUMBER and wait = no',
    );
  }
  return undefined;
}

function checkPeerUnknown({ rates }: ServiceLimits, findings: Findings): void {
  if (rates === undefined || (rates.source === undefined && rates.network === undefined)) return;
  const attribute = rates.source === undefined ? 'rate_limit_network' : 'rate_limit_source';
  findings.add(
    'peer-unknown',
    attribute,
    `${attribute} cannot be kept for a stream service with wait = yes: the server accepts its clients itself`,
    `write wait = no, or ${attribute} = UNLIMITED in this service`,
  );
}

function finite<Value extends object | number>(bound: Value | 'UNLIMITED' | undefined): Value | undefined {
  return bound === 'UNLIMITED' ? undefined : bound;
}

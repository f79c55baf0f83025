/**
 * The sockets of a service: families and addresses.
 *
 * xinetd.conf: see bind.ts.
 *
 * inetd.conf: the dialect has said which families a protocol means. Two sockets are one for each, of which the second
 * is only implied; `dual` is one socket for both. Every address of a list, and every address of a host, has a socket
 * of its own; a protocol without a digit leaves the family to the address.
 */
import type { Endpoint, Family } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import { boundEndpoints } from './bind.ts';
import type { Findings } from './findings.ts';
import { type Hosts, hostAddresses, numericAddress } from './local-address.ts';
import type { System } from './system.ts';

/** Host names that a definition wants to listen on: words that are neither numbers nor network devices. */
export function localHosts({ settings, inetd }: Definition, system: System): string[] {
  const listened = settings.listen?.flatMap((item) => (item.transport === 'unix' ? [] : (item.place ?? [])));
  const names = (inetd?.addresses ?? listened ?? settings.bind ?? []).filter(
    (name) => name !== '*' && numericAddress(name) === undefined,
  );
  return inetd === undefined ? names.filter((name) => system.device(name).state === 'missing') : names;
}

export function resolveEndpoints(
  definition: Definition,
  port: number,
  hosts: Hosts,
  system: System,
  findings: Findings,
): readonly Endpoint[] {
  return definition.inetd === undefined
    ? boundEndpoints(definition.settings, port, hosts, system, findings)
    : inetdEndpoints(definition, port, hosts, findings);
}

function inetdEndpoints({ inetd }: Definition, port: number, hosts: Hosts, findings: Findings): readonly Endpoint[] {
  if (inetd === undefined) return [];
  const { families } = inetd;
  const only = families === 'inet' || families === 'inet6' ? families : undefined;
  const free = only === undefined || !/\d/.test(inetd.transport);
  const endpoints = new Map<string, Endpoint>();
  const put = (family: Family, address: string, stack: Endpoint['stack'], implied: boolean): void => {
    const known = endpoints.get(`${family} ${address}`);
    endpoints.set(`${family} ${address}`, {
      family,
      address,
      device: undefined,
      port,
      stack,
      implied: implied && known?.implied !== false,
    });
  };
  const wildcard = (): void => {
    if (families === 'dual') put('inet6', '::', 'dual', false);
    if (families === 'inet' || families === 'inet-and-inet6') put('inet', '0.0.0.0', 'only', false);
    if (families === 'inet6' || families === 'inet6-and-inet') put('inet6', '::', 'only', false);
    if (families === 'inet-and-inet6') put('inet6', '::', 'only', true);
    if (families === 'inet6-and-inet') put('inet', '0.0.0.0', 'only', true);
  };

  if (inetd.addresses.length === 0) wildcard();
  for (const text of inetd.addresses) {
    if (text === '*') {
      wildcard();
      continue;
    }
    const numeric = numericAddress(text);
    const found = numeric === undefined ? hostAddresses(text, hosts) : [numeric];
    if (found.length === 0)
      findings.add(
        'name-not-resolved',
        undefined,
        `the host name '${text}' has no address`,
        'write a numeric address, or mend the name service',
      );
    const fitting = found.filter(({ family }) => free || family === only);
    if (found.length > 0 && fitting.length === 0)
      findings.add(
        'family-mismatch',
        'protocol',
        `${inetd.transport} does not go with the address ${text}`,
        'write the protocol without a digit',
      );
    for (const { family, address } of fitting) put(family, address, 'only', false);
  }
  return [...endpoints.values()];
}

/**
 * What the portmapper is told of an RPC service: the program's number, from `rpc_number` or by its name from rpc(5), and
 * its versions.
 */
import type { RpcProgram } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { systemText } from './text.ts';

/** Each version is a registration of its own; no program has more than a handful. */
const mostVersions = 256;

/** @returns undefined for a service that is none of RPC, and with a finding for one that cannot be registered */
export function resolveRpc(definition: Definition, system: System, findings: Findings): RpcProgram | undefined {
  const { settings } = definition;
  const { rpc_version: versions } = settings;
  if (settings.type?.has('RPC') !== true || versions === undefined) return undefined;
  const number = settings.rpc_number ?? numberOf(definition, system, findings);
  if (versions.high - versions.low >= mostVersions) {
    findings.add(
      'bad-number',
      'rpc_version',
      `${versions.high - versions.low + 1} versions are more than can be registered`,
      `write a range of at most ${mostVersions}`,
    );
  }
  return number === undefined ? undefined : { number, lowest: versions.low, highest: versions.high };
}

function numberOf({ name, settings }: Definition, system: System, findings: Findings): number | undefined {
  if (settings.type?.has('UNLISTED') === true) return undefined;
  const text = systemText(name, 'rpc_number', findings);
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : system.rpc(text);
  if (number !== undefined) return number;
  return findings.add(
    'unknown-rpc-program',
    undefined,
    `rpc(5) has no program '${name}'`,
    'write type = RPC UNLISTED and rpc_number = N',
  );
}

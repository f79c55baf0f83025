/**
 * What the daemon itself may use and how busy the machine is. What servers may use is part of their launch plan.
 */
import { loadavg } from 'node:os';

import type { LimitName } from '../model/mod.ts';
import { native } from './native.ts';

/** Units as in `ResourceLimit`; `Infinity` is no limit. */
export interface LimitPair {
  readonly soft: number;
  readonly hard: number;
}

export type OwnLimitName = LimitName | 'nproc' | 'core';

export function resourceLimit(name: OwnLimitName): LimitPair {
  const [soft, hard] = native.resourceLimit(name);
  return { soft, hard };
}

export function setResourceLimit(name: OwnLimitName, limit: LimitPair): void {
  native.setResourceLimit(name, limit.soft, limit.hard);
}

/** Raises the soft limit on descriptors to the hard one. Returns the limit as it was before. */
export function raiseDescriptorLimit(): LimitPair {
  const before = resourceLimit('nofile');
  if (before.soft < before.hard) setResourceLimit('nofile', { soft: before.hard, hard: before.hard });
  return before;
}

export function currentUmask(): number {
  return native.currentUmask();
}

/** Of the last minute. */
export function loadAverage(): number {
  return loadavg()[0] ?? 0;
}

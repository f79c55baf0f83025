/** The daemon's own process as the kernel sees it, for those who look at its state. */
import { readdirSync, readlinkSync } from 'node:fs';

import type { Local } from '../model/mod.ts';
import { asDescriptor, localAddress, SystemError } from '../os/mod.ts';

/** All descriptors, without the one that looking takes. */
export function openDescriptors(): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => nameOf(descriptor) !== undefined)
    .sort((a, b) => a - b);
}

/** Where a socket is bound; undefined for what is closed or no socket. */
export function boundTo(descriptor: number): Local | undefined {
  try {
    return localAddress(asDescriptor(descriptor));
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** Sockets that are bound to a port, each with its name in the kernel. */
export function internetSockets(): { descriptor: number; identity: string; port: number }[] {
  return openDescriptors().flatMap((descriptor) => {
    const identity = nameOf(descriptor);
    if (identity?.startsWith('socket:') !== true) return [];
    const port = boundTo(descriptor)?.port ?? 0;
    return port === 0 ? [] : [{ descriptor, identity, port }];
  });
}

function nameOf(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

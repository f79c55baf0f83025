/**
 * Looks up the host names that services listen on, all at once and before anything is resolved, so that the
 * rest of resolve/ is plain calculation.
 */
import type { Definition } from '../definition.ts';
import { localHosts } from './endpoint.ts';
import type { Hosts } from './local-address.ts';
import type { System } from './system.ts';

/** A name that cannot be looked up has no addresses; the service that wants it is refused later. */
export async function lookUpHosts(definitions: readonly Definition[], system: System): Promise<Hosts> {
  const names = new Set(definitions.flatMap((definition) => localHosts(definition, system)));
  const answers = await Promise.all([...names].map(async (name) => [name, await system.addresses(name)] as const));
  return new Map(answers);
}

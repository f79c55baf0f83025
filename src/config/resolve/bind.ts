/**
 * The sockets of a service of an xinetd.conf: what `bind` names, in the families that the flags IPv4 and IPv6 and
 * `v6only` leave.
 *
 * The flags decide the family, then the address in `bind`, and without either it is an IPv6 socket that takes both
 * families, or an IPv4 one on a machine without IPv6. `v6only` means what it says (xinetd 2.3.15.3 takes `no` for
 * `yes`). A host with several addresses gives the first of the wanted family, IPv4 where no flag says otherwise.
 *
 * Kinetd's own: several words in `bind` are as many sockets, and a network device is every address of what comes in
 * through it.
 */
import type { Endpoint, Family } from '../../model/mod.ts';
import type { Settings } from '../definition.ts';
import { overlap } from './duplicates.ts';
import type { Findings } from './findings.ts';
import { type Hosts, hostAddresses, type LocalAddress, numericAddress } from './local-address.ts';
import type { System } from './system.ts';

/** What the flags and `v6only` say about every socket of a service. */
interface Families {
  /** undefined: no flag, or both. */
  readonly forced: Family | undefined;
  readonly v6only: boolean;
}

/** @param hosts what the names among the words have been looked up to */
export function boundEndpoints(
  settings: Pick<Settings, 'bind' | 'flags' | 'v6only'>,
  port: number,
  hosts: Hosts,
  system: System,
  findings: Findings,
): readonly Endpoint[] {
  if (settings.bind === undefined) return [unboundEndpoint(settings, port)];
  const endpoints: Endpoint[] = [];
  for (const word of settings.bind) {
    const endpoint = boundEndpoint(word, settings, port, hosts, system, findings, 'bind');
    if (endpoint !== undefined && isNew(endpoint, endpoints, findings, 'bind')) endpoints.push(endpoint);
  }
  return endpoints;
}

type FamilySettings = Pick<Settings, 'flags' | 'v6only'>;

/** Every address of the machine. */
export function unboundEndpoint(settings: FamilySettings, port: number): Endpoint {
  return wildcard(familiesOf(settings), port, undefined);
}

function familiesOf({ flags, v6only }: FamilySettings): Families {
  const [inet, inet6] = [flags?.has('IPv4') === true, flags?.has('IPv6') === true];
  return { forced: inet === inet6 ? undefined : inet ? 'inet' : 'inet6', v6only: v6only === true };
}

function wildcard({ forced, v6only }: Families, port: number, device: string | undefined): Endpoint {
  if (forced === 'inet') return { family: 'inet', address: '0.0.0.0', device, port, stack: 'only', implied: false };
  const stack = v6only ? 'only' : forced === undefined ? 'dual-or-inet' : 'dual';
  return { family: 'inet6', address: '::', device, port, stack, implied: false };
}

/**
 * @param word an address, a host or a network device
 * @param attribute where it stands
 */
export function boundEndpoint(
  word: string,
  settings: FamilySettings,
  port: number,
  hosts: Hosts,
  system: System,
  findings: Findings,
  attribute: 'bind' | 'listen',
): Endpoint | undefined {
  const families = familiesOf(settings);
  const numeric = numericAddress(word);
  if (numeric !== undefined) return endpointOf(numeric, families, port, findings, attribute);
  const device = system.device(word);
  if (device.state === 'bindable') return wildcard(families, port, word);
  if (device.state === 'refused') {
    return findings.add(
      'device-not-bindable',
      attribute,
      `the daemon cannot bind to the network device ${word}: ${device.why}`,
      'start kinetd as root (CAP_NET_RAW), or write an address of the device',
    );
  }
  const addresses = hostAddresses(word, hosts);
  const preferred = addresses.find(({ family }) => family === (families.forced ?? 'inet')) ?? addresses[0];
  if (preferred !== undefined) return endpointOf(preferred, families, port, findings, attribute);
  return findings.add(
    'name-not-resolved',
    attribute,
    `'${word}' is neither a network device of this machine nor a host that has an address`,
    'write a numeric address, or mend the name service',
  );
}

function endpointOf(
  { family, address }: LocalAddress,
  { forced, v6only }: Families,
  port: number,
  findings: Findings,
  attribute: 'bind' | 'listen',
): Endpoint | undefined {
  if (forced !== undefined && family !== forced) {
    const flag = forced === 'inet' ? 'IPv4' : 'IPv6';
    return findings.add(
      'family-mismatch',
      attribute,
      `the flag ${flag} does not go with the address ${address}`,
      `take the flag out, or bind an ${flag} address`,
    );
  }
  const stack = family === 'inet' || v6only || address !== '::' ? 'only' : 'dual';
  return { family, address, device: undefined, port, stack, implied: false };
}

/** Two words may come to one address, and a wildcard to that of another word. */
export function isNew(
  endpoint: Endpoint,
  endpoints: readonly Endpoint[],
  findings: Findings,
  attribute: 'bind' | 'listen',
): boolean {
  for (const other of endpoints) {
    const shared = overlap(endpoint, other);
    if (shared === undefined) continue;
    const [name, otherName] = [nameOf(endpoint), nameOf(other)];
    if (shared === 'same' && name === otherName) {
      findings.add('address-repeated', attribute, `${name} is in the list already`);
      return false;
    }
    findings.add(
      'address-covered',
      attribute,
      `${name} and ${otherName} of the same service overlap, so only one of them could be opened`,
      'leave out the one that the other takes in',
    );
  }
  return true;
}

function nameOf({ address, device }: Endpoint): string {
  return device ?? address;
}

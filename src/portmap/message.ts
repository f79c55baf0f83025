/**
 * The bytes between us and the portmapper: XDR (RFC 4506), the call and reply of ONC RPC version 2 (RFC 5531 §9), and
 * the portmapper's own parameters (RFC 1833 §3, program 100000 version 2). Everything here is words of four bytes, the
 * highest first.
 */

/** What can be asked of it; the numbers of the procedures. */
export const procedures = { set: 1, unset: 2 } as const;
export type Procedure = keyof typeof procedures;

/** One version of one program at one port. */
export interface Mapping {
  readonly program: number;
  readonly version: number;
  /** Of protocols(5): 6 or 17. */
  readonly protocol: number;
  readonly port: number;
}

/** What an answer says: whether it was done, or that it could not be asked. */
export type Answer = 'done' | 'not done' | 'refused';

/** More than any answer to these calls has. */
export const longestReply = 400;

const portmapper = 100_000;
const portmapperVersion = 2;
const rpcVersion = 2;
const call = 0;
const reply = 1;
const noAuthentication = [0, 0] as const;

export function encodeCall(id: number, procedure: Procedure, mapping: Mapping): Uint8Array {
  const { program, version, protocol, port } = mapping;
  return words([
    id,
    call,
    rpcVersion,
    portmapper,
    portmapperVersion,
    procedures[procedure],
    ...noAuthentication,
    ...noAuthentication,
    program,
    version,
    protocol,
    port,
  ]);
}

/** @returns undefined for what is no reply to this call */
export function decodeReply(bytes: Uint8Array, id: number): Answer | undefined {
  const words = new Words(bytes);
  if (words.next() !== id || words.next() !== reply) return undefined;
  const accepted = words.next();
  // A denied call (RPC version, authentication) says why, in ways that make no difference here.
  if (accepted === 1) return 'refused';
  if (accepted !== 0) return undefined;
  words.next();
  const verifier = words.next();
  if (verifier === undefined || !words.skip(verifier)) return undefined;
  const status = words.next();
  if (status === undefined) return undefined;
  if (status !== 0) return 'refused';
  const done = words.next();
  if (done !== 0 && done !== 1) return undefined;
  return done === 1 ? 'done' : 'not done';
}

function words(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value);
  return bytes;
}

/** Reads one word after the other; undefined behind the end. */
class Words {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  next(): number | undefined {
    if (this.#at + 4 > this.#view.byteLength) return undefined;
    const value = this.#view.getUint32(this.#at);
    this.#at += 4;
    return value;
  }

  /** Passes over bytes, which are padded to whole words; false when there are not so many. */
  skip(length: number): boolean {
    this.#at += Math.ceil(length / 4) * 4;
    return this.#at <= this.#view.byteLength;
  }
}

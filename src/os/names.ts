/**
 * Users, groups, services, protocols, networks and rpc programs, from whatever directory the C library is set up to ask.
 *
 * Unknown names are undefined, and so is whatever no directory can hold as a name. The calls block (a directory may be on the network), so they belong to loading a
 * configuration and never to a connection.
 */
import type { Protocol } from '../model/mod.ts';
import { type NativeGroup, type NativeUser, native } from './native.ts';

/** An entry of passwd(5). */
export type User = NativeUser;

/** An entry of group(5). */
export type Group = NativeGroup;

/** An entry of services(5), under its official name. */
export interface ServicePort {
  readonly name: string;
  readonly port: number;
}

/** An entry of networks(5): an IPv4 address as a number, whose zeros at the end stand for anything. */
export interface NamedNetwork {
  readonly name: string;
  readonly address: number;
}

/** An entry of rpc(5). */
export interface RpcProgram {
  readonly name: string;
  readonly number: number;
}

export function userByName(name: string): User | undefined {
  return isName(name) ? native.userByName(name) : undefined;
}

export function userById(uid: number): User | undefined {
  return native.userById(uid);
}

export function groupByName(name: string): Group | undefined {
  return isName(name) ? native.groupByName(name) : undefined;
}

export function groupById(gid: number): Group | undefined {
  return native.groupById(gid);
}

/** The groups that initgroups(3) would set for the user; `gid` is among them, and no other when the user is unknown. */
export function groupList(userName: string, gid: number): readonly number[] {
  return native.groupList(userName, gid);
}

/** @param protocol a name of protocols(5); undefined takes the first entry of any */
export function serviceByName(name: string, protocol: string | undefined): ServicePort | undefined {
  if (protocol !== undefined && !isName(protocol)) return undefined;
  return isName(name) ? native.serviceByName(name, protocol) : undefined;
}

export function serviceByPort(port: number, protocol: string | undefined): ServicePort | undefined {
  return protocol === undefined || isName(protocol) ? native.serviceByPort(port, protocol) : undefined;
}

export function protocolByName(name: string): Protocol | undefined {
  return isName(name) ? native.protocolByName(name) : undefined;
}

export function protocolByNumber(number: number): Protocol | undefined {
  return native.protocolByNumber(number);
}

export function networkByName(name: string): NamedNetwork | undefined {
  return isName(name) ? native.networkByName(name) : undefined;
}

export function rpcByName(name: string): RpcProgram | undefined {
  return isName(name) ? native.rpcByName(name) : undefined;
}

/** The add-on keeps room for no more; a configuration may say anything. */
const longestName = 1023;

function isName(text: string): boolean {
  return Buffer.byteLength(text) <= longestName && !text.includes('\0');
}

/**
 * Loads the add-on, and says what it exports: the one place where its values get types.
 *
 * These functions are as flat as the C code wants them (numbers, strings, arrays of both); the files beside this one
 * give them the shapes that the rest of kinetd uses. Nothing outside this folder sees them. Each throws SystemError
 * when its system call fails. The add-on is built into `build/`, two folders up from `src/os` and `dist/os` alike.
 */
import { createRequire } from 'node:module';

import type { Family, SocketType } from '../model/mod.ts';
import { SystemError } from './error.ts';

declare const compiled: unique symbol;
/** A launch plan as the C code holds it. */
export interface NativePlan {
  readonly [compiled]: true;
}

declare const watching: unique symbol;
export interface NativeWatch {
  readonly [watching]: true;
}

/** Address and port. */
export type NativeAddress = readonly [string, number];

export interface NativeUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

export interface NativeGroup {
  readonly name: string;
  readonly gid: number;
}

export interface Native {
  setErrorClass(errorClass: typeof SystemError): void;
  errnoName(errno: number): string;
  errnoMessage(errno: number): string;

  openSocket(family: Family | 'unix', type: SocketType, protocol: number, nonBlocking: boolean): number;
  setSocketOption(descriptor: number, option: string, value: number): void;
  bindToDevice(descriptor: number, device: string): void;
  bindInternet(descriptor: number, family: Family, address: string, port: number): void;
  listen(descriptor: number, backlog: number): void;
  sendNow(descriptor: number, bytes: Uint8Array): number;
  endSending(descriptor: number): void;
  localAddress(descriptor: number): NativeAddress;
  /** The failure's code first, then for each connection: descriptor, peer, its port, local address, its port. */
  acceptBatch(descriptor: number, most: number): readonly (string | number | undefined)[];
  hasHungUp(descriptor: number): boolean;

  peekSender(descriptor: number): NativeAddress | undefined;
  discardDatagram(descriptor: number): boolean;
  receiveDatagrams(descriptor: number, data: Uint8Array, slot: number, senders: Uint8Array): readonly number[];
  sendDatagrams(
    descriptor: number,
    data: Uint8Array,
    slot: number,
    senders: Uint8Array,
    lengths: readonly number[],
  ): number;
  senderOf(senders: Uint8Array, index: number): NativeAddress;
  connectInternet(descriptor: number, family: Family, address: string, port: number): void;
  connectUnixDatagram(path: string): number;
  sendDatagram(descriptor: number, bytes: Uint8Array): boolean;

  tellDestination(descriptor: number, family: Family): void;
  /** Sender, its port, and the destination; that is empty when it is no single address. */
  peekEnds(descriptor: number): readonly [string, number, string] | undefined;
  bindConnected(
    descriptor: number,
    family: Family,
    local: string,
    localPort: number,
    peer: string,
    peerPort: number,
  ): void;
  resendDatagram(
    descriptor: number,
    family: Family,
    sender: string,
    senderPort: number,
    local: string,
    localPort: number,
  ): void;

  closeOnExec(descriptor: number): boolean;
  describeSocket(
    descriptor: number,
  ):
    | readonly [
        family: Family | 'unix',
        type: SocketType,
        protocol: number,
        listening: boolean,
        v6Only: boolean,
        device: string,
        address: string,
        port: number,
      ]
    | undefined;

  bindUnix(descriptor: number, path: string, mode: number): void;
  connectUnix(descriptor: number, path: string): void;
  peerCredentials(descriptor: number): readonly [pid: number, uid: number, gid: number];
  connectionOwner(address: Uint8Array, port: number, remoteAddress: Uint8Array, remotePort: number): number | undefined;

  closeDescriptor(descriptor: number): void;
  openNull(): number;
  duplicate(descriptor: number): number;
  duplicateOnto(from: number, to: number): void;
  setBlocking(descriptor: number, blocking: boolean): void;
  socketPair(type: string, nonBlocking: boolean): readonly [number, number];
  openPipe(): readonly [read: number, write: number];
  readPipe(descriptor: number, buffer: Uint8Array): number | undefined;
  sendDescriptors(descriptor: number, bytes: Uint8Array, descriptors: readonly number[]): number | undefined;
  /** Length of the message, then its descriptors. */
  receiveDescriptors(descriptor: number, buffer: Uint8Array): readonly [number, ...number[]] | undefined;

  openAt(directory: number, name: string, flags: number, mode: number): number;
  readLinkAt(directory: number, name: string): string;
  renameAt(directory: number, from: string, to: string): void;
  unlinkAt(directory: number, name: string): void;
  refreshStamp(path: string, stamp: Uint8Array): boolean;
  hasCapabilities(path: string): boolean;

  tellSenders(descriptor: number): void;
  receiveFrom(descriptor: number, buffer: Uint8Array): readonly [length: number, pid: number, uid: number] | undefined;
  refuseMessages(descriptor: number): void;
  isChild(pid: number): boolean;

  watchReadable(descriptor: number, onReadable: () => void): NativeWatch;
  startWatch(watch: NativeWatch): void;
  stopWatch(watch: NativeWatch): void;
  closeWatch(watch: NativeWatch): void;

  compileLaunch(
    text: string,
    argvCount: number,
    environmentCount: number,
    ids: readonly [uid: number, gid: number] | undefined,
    groups: readonly number[] | undefined,
    umask: number,
    nice: number,
    limits: readonly (string | number)[],
    noNewPrivileges: boolean,
  ): NativePlan;
  /** The pid, or minus (errno shifted by four bits, with the step's index in those). */
  launch(
    plan: NativePlan,
    text: string,
    count: number,
    stdin: number,
    stdout: number,
    stderr: number,
    passed?: readonly number[],
  ): number;
  launchElsewhere(
    plan: NativePlan,
    text: string,
    count: number,
    stdin: number,
    stdout: number,
    stderr: number,
    passed: readonly number[] | undefined,
    done: (answer: number, child: number) => void,
  ): void;
  leaveLaunches(): void;
  /** The callback is told that children may have ended. */
  watchExits(onSignal: () => void): NativeWatch;
  signalExits(watch: NativeWatch, on: boolean): void;
  /**
   * Of these children, or of all when there are no pids: the daemon's own peak bytes, and then for each exit pid, exit status or
   * minus the signal, CPU seconds, peak bytes.
   */
  collectExits(watch: NativeWatch, pids: readonly number[]): readonly number[] | undefined;

  receiveLine(descriptor: number, buffer: Uint8Array): number | undefined;
  sendLast(descriptor: number, bytes: Uint8Array): number;

  openTimer(): number;
  setTimer(descriptor: number, milliseconds: number): void;
  clearTimer(descriptor: number): void;
  zoneName(seconds: number): string;

  resourceLimit(name: string): readonly [soft: number, hard: number];
  setResourceLimit(name: string, soft: number, hard: number): void;
  currentUmask(): number;

  userByName(name: string): NativeUser | undefined;
  userById(uid: number): NativeUser | undefined;
  groupByName(name: string): NativeGroup | undefined;
  groupById(gid: number): NativeGroup | undefined;
  groupList(name: string, gid: number): readonly number[];
  serviceByName(name: string, protocol: string | undefined): { name: string; port: number } | undefined;
  serviceByPort(port: number, protocol: string | undefined): { name: string; port: number } | undefined;
  protocolByName(name: string): { name: string; number: number } | undefined;
  protocolByNumber(number: number): { name: string; number: number } | undefined;
  networkByName(name: string): { name: string; address: number } | undefined;
  rpcByName(name: string): { name: string; number: number } | undefined;
}

export const native: Native = load();

function load(): Native {
  const loaded = createRequire(import.meta.filename)('../../build/Release/kinetd_native.node') as Native;
  loaded.setErrorClass(SystemError);
  return loaded;
}

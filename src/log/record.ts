/**
 * What a service's log is told, as facts. Text is made from them in one place (service-line.ts), so that
 * another format is another function and no caller changes.
 */
import type { ExitFacts, FailReason, IdentFailure } from '../model/mod.ts';

/** How a server ended; what it used is known of processes of its own alone. */
export type EndFacts = Pick<ExitFacts, 'pid' | 'ending'> & Partial<Omit<ExitFacts, 'pid' | 'ending'>>;

export type ServiceRecord =
  | { readonly event: 'start'; readonly pid: number; readonly from: string | undefined }
  | { readonly event: 'fail'; readonly reason: FailReason; readonly from: string | undefined }
  /** What an ident server has said about a client. */
  | { readonly event: 'userid'; readonly user: string; readonly of: 'served' | 'refused' }
  /** No ident server has named a client that needs a name. */
  | { readonly event: 'noid'; readonly reason: IdentFailure; readonly from: string }
  /** A line of a server's stderr. */
  | { readonly event: 'stderr'; readonly pid: number; readonly text: string }
  /** So many lines of it were left out. */
  | { readonly event: 'lost'; readonly pid: number; readonly lines: number }
  /** What a redirected connection has carried: bytes from the client and to it. */
  | { readonly event: 'traffic'; readonly received: number; readonly sent: number }
  | ExitRecord;

export interface ExitRecord {
  readonly event: 'exit';
  readonly facts: EndFacts;
  /** How long the server ran, by the wall clock. */
  readonly seconds: number;
  /** It was told to end because its `timeout` was over. */
  readonly timedOut: boolean;
}

/** How important a message of the daemon itself is; xinetd's words, most important first. */
export type DaemonLevel = 'CRITICAL' | 'ERROR' | 'WARNING' | 'NOTICE' | 'INFO' | 'DEBUG';

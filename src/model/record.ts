/**
 * What happens to the clients and servers of a service, as facts. They leave a service in one place
 * (daemon/service-events.ts), for its log, its counters and whoever looks on; text and numbers are made there.
 */
import type { FailReason } from './decision.ts';
import type { ExitFacts } from './launch.ts';
import type { IdentFailure } from './service.ts';

/** How a server ended; what it used is known of processes of its own alone. */
export type EndFacts = Pick<ExitFacts, 'pid' | 'ending'> & Partial<Omit<ExitFacts, 'pid' | 'ending'>>;

/** Why a client was not served: the reasons of FAIL, and that no ident server has named it. */
export type RefusedReason = FailReason | 'noid';

export type ServiceRecord =
  | {
      readonly event: 'start';
      readonly pid: number;
      readonly from: string | undefined;
      /** From the decision to start a program until it was executed; undefined when it is no process of its own. */
      readonly launchSeconds?: number | undefined;
    }
  | { readonly event: 'fail'; readonly reason: FailReason; readonly from: string | undefined }
  /** What an ident server has said about a client. */
  | { readonly event: 'userid'; readonly user: string; readonly of: 'served' | 'refused' }
  /** No ident server has named a client that needs a name. */
  | { readonly event: 'noid'; readonly reason: IdentFailure; readonly from: string }
  /** A line of a server's stderr. */
  | { readonly event: 'stderr'; readonly pid: number; readonly text: string }
  /** So many lines of it were left out. */
  | { readonly event: 'lost'; readonly pid: number; readonly lines: number }
  /** So many clients were refused for the reason, or not named, without a line of their own. */
  | { readonly event: 'lost'; readonly reason: RefusedReason; readonly lines: number }
  /** What a redirected connection has carried: bytes from the client and to it. */
  | { readonly event: 'traffic'; readonly received: number; readonly sent: number }
  | ExitRecord;

export interface ExitRecord {
  readonly event: 'exit';
  /** The address of its client, where it is known. */
  readonly from?: string | undefined;
  readonly facts: EndFacts;
  /** How long the server ran, by the wall clock. */
  readonly seconds: number;
  /** What a client of the worker has sent and was sent, in bytes. */
  readonly carried?: { readonly received: number; readonly sent: number } | undefined;
  /** It was told to end because its `timeout` was over. */
  readonly timedOut: boolean;
}

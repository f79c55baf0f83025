/**
 * Who a client of a Unix socket is. It has no address, so logs, REMOTE_HOST and limits for each client go by the user
 * who connected: `unix:uid=1000`. The sender of a datagram is not known; the name that it may have bound its socket to
 * is its own choice, and says nothing.
 */
import type { Peer } from '../model/mod.ts';
import { type Descriptor, peerCredentials } from '../os/mod.ts';

export const unixSender: Peer = Object.freeze({ address: 'unix', port: 0 });

/** @param path of the client's end, as accept(2) tells it */
export function unixPeer(connection: Descriptor, path: string): Peer {
  const credentials = peerCredentials(connection);
  return { address: `unix:uid=${credentials.uid}`, port: 0, credentials, path };
}

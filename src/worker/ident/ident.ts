/**
 * One question to an ident server (RFC 1413): whose is the connection from that port of its machine to this port of ours.
 *
 * What it answers is a stranger's text. It has a length and a time, and is taken apart here and nowhere else; what is left
 * of it is a name that the log shows and nobody else looks at.
 */
import { connect } from 'node:net';

import type { IdentAnswer, IdentFailure } from '../../model/mod.ts';
import { closeDescriptor, type Descriptor } from '../../os/mod.ts';
import type { IdentJob } from '../protocol.ts';

const identPort = 113;
/** As in xinetd, in bytes with the end of the line. */
const longestAnswer = 1024;

/**
 * Asks from the address that the client came to, as the RFC wants it.
 * @param connection the client's, held open as long as somebody may look it up; it is not used
 * @param ended called once, when all is closed
 * @returns ends it at once
 */
export function identify(
  { client, local, milliseconds }: IdentJob,
  connection: Descriptor,
  ended: (answer: IdentAnswer) => void,
): () => void {
  let answer: IdentAnswer | undefined;
  let received = '';
  let connected = false;
  const server = connect({ host: client.address, port: identPort, localAddress: local.address });
  const settle = (reached: IdentAnswer): void => {
    answer ??= reached;
    server.destroy();
  };
  const patience = setTimeout(() => settle({ failure: 'timeout' }), milliseconds);
  server.setEncoding('latin1');
  server.once('connect', () => {
    connected = true;
    server.write(`${client.port},${local.port}\r\n`);
  });
  server.on('data', (text: string) => {
    received += text;
    const end = received.indexOf('\r\n');
    if (end !== -1 && end + 2 <= longestAnswer) settle(readAnswer(received.slice(0, end), client.port, local.port));
    else if (received.length >= longestAnswer) settle({ failure: 'error while receiving response' });
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    answer ??= { failure: connected ? 'error while receiving response' : failureToConnect(error.code) };
  });
  server.once('end', () => settle({ failure: 'error while receiving response' }));
  server.once('close', () => {
    clearTimeout(patience);
    closeDescriptor(connection);
    ended(answer ?? { failure: 'system error' });
  });
  return () => settle({ failure: 'system error' });
}

function failureToConnect(code: string | undefined): IdentFailure {
  if (code === 'ETIMEDOUT') return 'timeout';
  return /^E(CONNREFUSED|CONNRESET|HOSTUNREACH|NETUNREACH|HOSTDOWN|NETDOWN|ACCES|PERM)$/.test(code ?? '')
    ? 'no server'
    : 'system error';
}

/** `6193, 23 : USERID : UNIX : joe`: the answer to this question, and not an ERROR. */
export function readAnswer(line: string, clientPort: number, localPort: number): IdentAnswer {
  const [, theirs, ours, user] = /^\s*(\d+)\s*,\s*(\d+)\s*:\s*USERID\s*:\s*(.*)$/s.exec(line) ?? [];
  const right = Number(theirs) === clientPort && Number(ours) === localPort;
  return right && user !== undefined ? { user } : { failure: 'bad response' };
}

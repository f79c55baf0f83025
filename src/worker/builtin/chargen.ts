/**
 * What chargen says (RFC 864): lines of 72 characters with CRLF, each beginning one character later in a ring of the
 * printable ones. xinetd's ring ends before the tilde, and so does this one.
 */

const first = 0x21;
const last = 0x7d;
const ring: number = last - first + 1;
const lineLength = 72;

/** All lines once: what follows is the same again. */
export const generated: Buffer = Buffer.from(Array.from({ length: ring }, (_, number) => line(number)).join(''));

/** The answer to a datagram: as much of that as xinetd sends, which ends with a short line. */
export const generatedDatagram: Buffer = Buffer.concat([generated.subarray(0, 1022), Buffer.from('\r\n')]);

function line(number: number): string {
  const characters = Array.from({ length: lineLength }, (_, at) => first + ((number + at) % ring));
  return `${String.fromCharCode(...characters)}\r\n`;
}

/**
 * TCPREMOTEINFO: the name in what an ident server has said (RFC 1413), without the system before it, as tcpserver has
 * it: blanks left out. It is the text of a stranger, and goes into a program's environment. So nothing but printable
 * ASCII is passed on; an answer with anything else names nobody.
 */

/** @param said all behind `USERID :`, such as `UNIX : joe` */
export function remoteInfo(said: string): string | undefined {
  const user = said.slice(said.indexOf(':') + 1).replace(/[ \t\r]/g, '');
  return said.includes(':') && /^[\x21-\x7e]+$/.test(user) ? user : undefined;
}

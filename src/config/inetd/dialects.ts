/**
 * Lines in the spelling of another inetd. They are recognised so that each can be named and refused, never
 * read as something else: FreeBSD's slashes, NetBSD's directives and key = value form, tcpmux services and
 * GNU's names are not supported yet.
 */
import type { Word } from './entries.ts';

export interface Foreign {
  /** The word that gives it away. */
  readonly word: Word;
  readonly message: string;
  readonly help: string;
}

/** Says whose spelling an entry is when it is not Debian's; undefined when it may be. */
export function foreignSpelling(words: readonly Word[]): Foreign | undefined {
  const [service, socketType, protocol, wait, user] = words;
  if (service === undefined) return undefined;
  if (/(^|:)\.[a-z]/i.test(service.text)) {
    return foreign(
      service,
      `the directive '${service.text}'`,
      'NetBSD',
      'name the file with -f, or put its lines here',
    );
  }
  if (/(^|:)tcpmux\//.test(service.text)) {
    return foreign(service, `the tcpmux service '${service.text}'`, 'FreeBSD', 'give the service a port of its own');
  }
  if (/^:[^:]*:[^:]*:[0-7]+:\//.test(service.text)) {
    return foreign(service, `the Unix socket '${service.text}'`, 'FreeBSD', 'give the service a port');
  }
  if (socketType?.text === 'on' || socketType?.text === 'off' || (words.length < 6 && words.some(isKeyValue))) {
    return foreign(
      socketType ?? service,
      'a key = value entry',
      'NetBSD',
      'write service, socket type, protocol, wait, user and program in this order',
    );
  }
  if (socketType !== undefined && /^(stream|dgram)[,:]/.test(socketType.text)) {
    return foreign(socketType, `the accept option in '${socketType.text}'`, 'NetBSD', 'leave it off');
  }
  if (protocol !== undefined && /^(tcp|udp)6only\b/.test(protocol.text)) {
    return foreign(
      protocol,
      `the protocol '${protocol.text}'`,
      'GNU inetutils',
      `write ${protocol.text.slice(0, 4)}, which takes IPv6 alone here`,
    );
  }
  if (protocol !== undefined && /^faith\/|\/(faith|ttcp)$/.test(protocol.text)) {
    return foreign(protocol, `the protocol '${protocol.text}'`, 'FreeBSD', 'write tcp');
  }
  if (wait !== undefined && /^(no)?wait\//.test(wait.text)) {
    return foreign(
      wait,
      `the limits in '${wait.text}'`,
      'FreeBSD',
      'write nowait, or nowait.N for at most N starts a minute',
    );
  }
  if (user?.text.includes('/') === true && !user.text.startsWith('/')) {
    return foreign(user, `the login class in '${user.text}'`, 'FreeBSD', 'write user or user:group');
  }
  return undefined;
}

function isKeyValue(word: Word): boolean {
  return (
    word.text === '=' ||
    /^(bind|socktype|protocol|wait|user|group|exec|args|service_max|ip_max|accept_max|ipsec)=/.test(word.text)
  );
}

function foreign(word: Word, what: string, whose: string, help: string): Foreign {
  return { word, message: `${what} is ${whose}'s spelling, which is not supported yet`, help };
}

/**
 * When an ident server is asked about the clients of a service: USERID and IDONLY are for services whose connections the
 * daemon has. xinetd asks when USERID is in log_on_success, and IDONLY is without effect where it is not; here IDONLY asks
 * by itself, and is refused where nobody can be asked.
 */
import type { Identification, Logging } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import type { Findings } from './findings.ts';
import type { Sockets } from './sockets.ts';

/** RFC 1413. */
const identPort = 113;

/**
 * @param accepts whether the daemon has the connections of the service
 * @returns undefined when nobody is asked about anybody
 */
export function resolveIdentification(
  { settings }: Definition,
  accepts: boolean,
  { onSuccess, onFailure }: Logging,
  sockets: Sockets | undefined,
  findings: Findings,
): Identification | undefined {
  const required = settings.flags?.has('IDONLY') === true;
  const [ofServed, ofRefused] = [required || onSuccess.has('USERID'), onFailure.has('USERID')];
  if (!ofServed && !ofRefused) return undefined;
  if (!accepts || sockets?.protocol.name !== 'tcp') {
    if (!required || sockets === undefined) return undefined;
    const why = 'IDONLY is for services of TCP that do not wait: of others no ident server knows the clients';
    return findings.add('ident-misfit', 'flags', why, 'take IDONLY out');
  }
  if (required && sockets.endpoints.some(({ family }) => family === 'unix')) {
    const why = 'IDONLY is for clients of TCP: those of a Unix socket have no ident server';
    return findings.add('ident-misfit', 'flags', why, 'take IDONLY out, or the Unix socket');
  }
  if (sockets.endpoints.some(({ port }) => port === identPort)) return refuseOnIdentPort(required, ofServed, findings);
  return { ofServed, required, ofRefused };
}

/** Two such servers would ask each other about each other's questions for ever. xinetd clears USERID as well. */
function refuseOnIdentPort(required: boolean, ofServed: boolean, findings: Findings): undefined {
  const what = 'at port 113 itself nobody is asked about clients: those are ident servers, which would ask back';
  if (required) return findings.add('ident-misfit', 'flags', `IDONLY: ${what}`, 'take IDONLY out');
  return findings.add(
    'userid-on-ident-port',
    ofServed ? 'log_on_success' : 'log_on_failure',
    `USERID is left out: ${what}`,
  );
}

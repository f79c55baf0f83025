/**
 * Redirected services: the worker passes their connections on. Nothing is launched, so that no program is asked for and
 * one that is named is not looked at; `user` is asked for as in xinetd, and has to be somebody, but the worker runs as its
 * own account. A name is looked up for each connection, so it need not be known when the configuration is read.
 */
import type { RedirectPlan } from '../../model/mod.ts';
import type { AttributeName, Definition } from '../definition.ts';
import type { Findings } from './findings.ts';
import { resolveIdentity } from './identity.ts';
import type { System } from './system.ts';
import { systemText } from './text.ts';
import type { Kind } from './transport.ts';

export function resolveRedirect(
  definition: Definition,
  { socketType, protocol }: Kind,
  redirect: { readonly host: string; readonly port: string },
  system: System,
  findings: Findings,
): RedirectPlan | undefined {
  const { settings } = definition;
  const misfit = (attribute: AttributeName, needs: string): undefined =>
    findings.add('redirect-misfit', attribute, `a redirected service ${needs}`);
  if (settings.type?.has('INTERNAL') === true) misfit('type', 'cannot be an internal one');
  if (socketType !== undefined && (socketType !== 'stream' || protocol !== 'tcp')) misfit('socket_type', 'is for TCP');
  if (settings.wait === true) misfit('wait', 'cannot wait: write wait = no');
  if (settings.flags?.has('NAMEINARGS') === true) misfit('flags', 'starts no program: leave NAMEINARGS out');
  resolveIdentity(definition, system, findings);
  const host = systemText(redirect.host, 'redirect', findings);
  const port = resolvePort(redirect.port, system, findings);
  if (findings.refused || host === undefined || port === undefined) return undefined;
  return { kind: 'redirect', target: { host, port, keepAlive: settings.flags?.has('KEEPALIVE') === true } };
}

function resolvePort(text: string, system: System, findings: Findings): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const name = systemText(text, 'redirect', findings);
  const port = name === undefined ? undefined : system.service(name, 'tcp');
  if (port !== undefined) return port;
  return findings.add('unknown-port', 'redirect', `services(5) has no service '${text}' for tcp`, 'write its number');
}

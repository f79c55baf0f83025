/** Names for addresses of loopback, for a daemon that sees an /etc of its own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { testFolder } from './kinetd.ts';
import { withEtc } from './mounts.ts';

/** A wrapper for a daemon with these lines in /etc/hosts, where alone it looks for names, and more files of /etc. */
export function withHosts(lines: readonly string[], files: Readonly<Record<string, string>> = {}): readonly string[] {
  return wrapper({ hosts: `${lines.join('\n')}\n`, 'nsswitch.conf': switchTo('files'), ...files });
}

/** A wrapper for a daemon that asks this name server, and nothing else, for names. @param options of resolv.conf(5) */
export function withNameServer(address: string, options = ''): readonly string[] {
  return wrapper({
    hosts: '',
    'resolv.conf': `nameserver ${address}\noptions ${options}\n`,
    'nsswitch.conf': switchTo('dns'),
  });
}

function wrapper(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = testFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return withEtc(folder, testFolder());
}

function switchTo(source: 'files' | 'dns'): string {
  return `passwd: files\ngroup: files\nhosts: ${source}\nnetworks: files\nservices: files\nprotocols: files\n`;
}

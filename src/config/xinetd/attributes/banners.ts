/** Texts that a client sees before, or instead of, the program. */
import type { Attribute, AttributeTable } from '../attribute.ts';
import { one } from '../attribute.ts';
import { anyWord } from '../values.ts';

function banner(name: string, when: string): Attribute<string> {
  return one({
    places: 'both',
    syntax: 'PATH',
    default: 'nothing is sent',
    documentation: [
      `The bytes of this file are sent to ${when}.`,
      'It is a regular file, of which at most 65536 bytes are sent; a change shows within a second. Nobody waits for a slow client. A service goes on without a file that cannot be read; the log of the daemon says so. Only services that accept connections themselves (`wait = no`, not datagrams) have banners.',
    ],
    example: `${name} = /etc/issue.net`,
    parse: anyWord,
  });
}

export const banners: Pick<AttributeTable, 'banner' | 'banner_success' | 'banner_fail'> = {
  banner: banner('banner', 'every client as soon as it is connected, before anything is decided'),
  banner_success: banner('banner_success', 'a client that is let in, before its server starts'),
  banner_fail: banner('banner_fail', 'a client that is refused'),
};

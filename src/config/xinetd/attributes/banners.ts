/** Texts that a client sees before, or instead of, the program. */
import type { Attribute, AttributeTable } from '../attribute.ts';
import { one } from '../attribute.ts';
import { anyWord, wholeLater } from '../values.ts';

function banner(name: string, when: string): Attribute<string> {
  return one({
    places: 'both',
    syntax: 'PATH',
    default: 'nothing is sent',
    documentation: [`The bytes of this file are sent to ${when}.`],
    example: `${name} = /etc/issue.net`,
    later: wholeLater(name),
    parse: anyWord,
  });
}

export const banners: Pick<AttributeTable, 'banner' | 'banner_success' | 'banner_fail'> = {
  banner: banner('banner', 'every client as soon as it is connected, before anything is checked'),
  banner_success: banner('banner_success', 'a client that is let in'),
  banner_fail: banner('banner_fail', 'a client that is refused'),
};

/**
 * The banners of a service. Nothing about them refuses it: xinetd serves on without a banner that cannot be read, and
 * somebody may put the file there later.
 */
import type { Banners } from '../../model/mod.ts';
import type { AttributeName, Definition } from '../definition.ts';
import type { Span } from '../source/mod.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { systemText } from './text.ts';

type BannerAttribute = 'banner' | 'banner_success' | 'banner_fail';

const attributes: readonly BannerAttribute[] = ['banner', 'banner_success', 'banner_fail'];

/** As much as is sent; daemon/ keeps to the same number. */
const largest = 64 * 1024;

/**
 * @param greets whether the daemon has the connections of the service: one that waits gets its clients itself
 * @param defaultSpans where `defaults` says things: a banner for everyone is no mistake in a service that has none
 */
export function resolveBanners(
  { settings, spans }: Definition,
  greets: boolean,
  defaultSpans: ReadonlyMap<AttributeName, Span>,
  system: System,
  findings: Findings,
): Banners | undefined {
  if (!greets) {
    for (const attribute of attributes) {
      if (settings[attribute] === undefined || spans.get(attribute) === defaultSpans.get(attribute)) continue;
      findings.add(
        'banner-ignored',
        attribute,
        `${attribute} is not sent: the server talks to the clients of this service itself`,
      );
    }
    return undefined;
  }
  const [always, success, failure] = attributes.map((attribute) =>
    bannerFile(attribute, settings[attribute], system, findings),
  );
  if (always === undefined && success === undefined && failure === undefined) return undefined;
  return { always, success, failure };
}

function bannerFile(
  attribute: BannerAttribute,
  bytes: string | undefined,
  system: System,
  findings: Findings,
): string | undefined {
  const path = bytes === undefined ? undefined : systemText(bytes, attribute, findings);
  if (path === undefined) return undefined;
  // A relative path stands against /, where xinetd goes.
  const absolute = path.startsWith('/') ? path : `/${path}`;
  const size = system.fileSize(absolute);
  if (size === undefined) {
    findings.add(
      'banner-unreadable',
      attribute,
      `there is no regular file ${absolute}`,
      'until there is, nothing is sent',
    );
  } else if (size > largest) {
    findings.add(
      'banner-too-large',
      attribute,
      `${absolute} is larger than ${largest} bytes`,
      'only its beginning is sent',
    );
  }
  return absolute;
}

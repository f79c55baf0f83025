/**
 * THE attribute table. The reader, the checks, the refusal of what is not done yet, docs/configuration.md and
 * the manual page all come out of it; adding an attribute is one entry here, its type in Settings, and the
 * code that honours it.
 */
import type { AttributeName } from '../../definition.ts';
import type { AttributeTable } from '../attribute.ts';
import { access } from './access.ts';
import { banners } from './banners.ts';
import { identity } from './identity.ts';
import { launch } from './launch.ts';
import { limits } from './limits.ts';
import { listen } from './listen.ts';
import { logging } from './logging.ts';
import { metrics } from './metrics.ts';
import { network } from './network.ts';
import { program } from './program.ts';
import { rates } from './rates.ts';

/** Groups in the order in which the manual has them. */
export const attributeGroups: Readonly<Record<string, Partial<AttributeTable>>> = {
  'The service': identity,
  'The program': { ...program, ...launch },
  'Where it listens': { ...network, ...listen },
  'Who may use it': access,
  Limits: { ...limits, ...rates },
  Logging: logging,
  Metrics: metrics,
  Banners: banners,
};

export const attributes: AttributeTable = {
  ...identity,
  ...program,
  ...launch,
  ...network,
  ...listen,
  ...access,
  ...limits,
  ...rates,
  ...logging,
  ...metrics,
  ...banners,
};

const names: ReadonlyMap<string, AttributeName> = new Map(
  attributeNames().flatMap((name) => [name, ...(attributes[name].aliases ?? [])].map((word) => [word, name] as const)),
);

/** The attribute that a word means, whatever its case; aliases included. */
export function attributeNamed(word: string): AttributeName | undefined {
  return names.get(word.toLowerCase());
}

/** Every word that names an attribute. */
export function attributeWords(): Iterable<string> {
  return names.keys();
}

export function attributeNames(): AttributeName[] {
  return Object.keys(attributes).filter(isAttributeName);
}

function isAttributeName(word: string): word is AttributeName {
  return word in attributes;
}

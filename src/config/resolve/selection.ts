/**
 * Which services are switched on: `disable = yes` in the service, `enabled` and `disabled` in defaults.
 *
 * `enabled` switches off what it does not name, and `disabled` what it names; neither brings back a service
 * with `disable = yes`, or one with an error (in xinetd a mention in `enabled` does, without the broken
 * attribute). Ids are compared without regard to case. The lists are for xinetd.conf: lines of an inetd.conf
 * are switched off by commenting them out.
 */
import type { Definition } from '../definition.ts';
import { type Diagnostic, diagnose } from '../diagnostic/mod.ts';
import type { Defaults } from '../xinetd/mod.ts';

export interface Selection {
  readonly disabled: ReadonlySet<Definition>;
  readonly diagnostics: readonly Diagnostic[];
}

export function selectServices(definitions: readonly Definition[], defaults: Defaults): Selection {
  const { enabled, disabled } = defaults.settings;
  const only = enabled === undefined ? undefined : new Set(enabled);
  const never = new Set(disabled);
  const off = new Set<Definition>();
  const ids = new Set<string>();
  for (const definition of definitions) {
    const id = (definition.settings.id ?? definition.name).toLowerCase();
    const listed = definition.dialect === 'xinetd';
    if (listed) ids.add(id);
    const unselected = listed && (only?.has(id) === false || never.has(id));
    if (definition.settings.disable === true || unselected) off.add(definition);
  }
  return { disabled: off, diagnostics: [...unknownIds('enabled'), ...unknownIds('disabled')] };

  function unknownIds(attribute: 'enabled' | 'disabled'): Diagnostic[] {
    const span = defaults.spans.get(attribute);
    const unknown = (defaults.settings[attribute] ?? []).filter((id) => !ids.has(id.toLowerCase()));
    if (span === undefined) return [];
    return [...new Set(unknown)].map((id) =>
      diagnose('unknown-service-id', span, `${attribute} names '${id}', and no service has this id`, {
        help: 'ids are the names of services, or their id attributes',
      }),
    );
  }
}

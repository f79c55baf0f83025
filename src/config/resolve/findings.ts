/**
 * What is found about one Definition while it is resolved. An error refuses the service; the search goes on,
 * so that one run of `check` shows all of them.
 */
import type { AttributeName, Definition } from '../definition.ts';
import { codes, type Diagnostic, type DiagnosticCode, diagnose } from '../diagnostic/mod.ts';
import type { Span } from '../source/mod.ts';

export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  readonly #definition: Definition;
  readonly #inherited: ReadonlyMap<AttributeName, Span>;

  /** @param inherited the spans of `defaults`; a definition that took a value from there has the same ones */
  constructor(definition: Definition, inherited: ReadonlyMap<AttributeName, Span>) {
    this.#definition = definition;
    this.#inherited = inherited;
  }

  get refused(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error');
  }

  /** Whether the definition takes the value of an attribute from defaults. */
  isInherited(attribute: AttributeName): boolean {
    const span = this.#definition.spans.get(attribute);
    return span !== undefined && this.#inherited.get(attribute) === span;
  }

  /**
   * Points at the attribute's value, or at the header of the entry when it was not written. What refuses this
   * service because of a value in defaults points at the service as well, since others may go on with it.
   */
  add(code: DiagnosticCode, attribute: AttributeName | undefined, message: string, help?: string): undefined {
    const { settings, name, span: header, spans } = this.#definition;
    const span = attribute === undefined ? undefined : spans.get(attribute);
    const service = settings.id ?? name;
    if (attribute !== undefined && this.isInherited(attribute) && codes[code][0] === 'error') {
      this.diagnostics.push(diagnose(code, header, `${message} (${attribute} is set in defaults)`, { service, help }));
    } else {
      this.diagnostics.push(diagnose(code, span ?? header, message, { service, help }));
    }
  }
}

/**
 * What is found about one Definition while it is resolved. An error refuses the service; the search goes on,
 * so that one run of `check` shows all of them.
 */
import type { AttributeName, Definition } from '../definition.ts';
import { type Diagnostic, type DiagnosticCode, diagnose } from '../diagnostic/mod.ts';
import type { Span } from '../source/mod.ts';

export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  readonly #definition: Definition;
  readonly #id: string;

  constructor(definition: Definition) {
    this.#definition = definition;
    this.#id = definition.settings.id ?? definition.name;
  }

  get refused(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error');
  }

  /** Points at the attribute's value, or at the header of the entry when it was not written. */
  add(code: DiagnosticCode, attribute: AttributeName | undefined, message: string, help?: string): undefined {
    const span = attribute === undefined ? undefined : this.#definition.spans.get(attribute);
    return this.addAt(code, span ?? this.#definition.span, message, help);
  }

  addAt(code: DiagnosticCode, span: Span, message: string, help: string | undefined): undefined {
    this.diagnostics.push(diagnose(code, span, message, { service: this.#id, help }));
  }
}

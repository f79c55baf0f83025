/** One service that would run, and the way to say something about it at the line that it comes from. */
import {
  type AttributeName,
  type Definition,
  type Diagnostic,
  type DiagnosticCode,
  diagnose,
  type Severity,
} from '../config/mod.ts';
import type { Service } from '../model/mod.ts';

export class Subject {
  readonly diagnostics: Diagnostic[] = [];
  readonly service: Service;
  readonly definition: Definition;

  constructor(service: Service, definition: Definition) {
    this.service = service;
    this.definition = definition;
  }

  /** @param milder a severity below that of the code, where something is likely but not certain */
  add(code: DiagnosticCode, attribute: AttributeName, message: string, help?: string, milder?: Severity): void {
    const { spans, span } = this.definition;
    const found = diagnose(code, spans.get(attribute) ?? span, message, { service: this.service.id, help });
    this.diagnostics.push(milder === undefined ? found : { ...found, severity: milder });
  }
}

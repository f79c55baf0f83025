export type DiagnosticCode = 'todo';

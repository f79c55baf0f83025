export interface SourceFile { readonly path: string; readonly text: string }

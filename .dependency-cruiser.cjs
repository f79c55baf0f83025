/**
 * The arrows of docs/architecture.md: a folder imports only what stands before it. Siblings never meet except
 * in daemon/ and cli/.
 */
const allowed = {
  model: [],
  address: ['model'],
  access: ['model', 'address'],
  limit: ['model', 'address'],
  config: ['model', 'address'],
  check: ['model', 'address', 'config'],
  convert: ['model', 'address', 'config'],
  log: ['model'],
  metrics: ['model'],
  os: ['model'],
  listener: ['model', 'os'],
  launch: ['model', 'os'],
  portmap: ['model', 'os'],
  supervisor: ['model', 'os'],
  worker: ['model', 'address', 'os'],
  control: ['model', 'os'],
  daemon: [
    'model',
    'address',
    'access',
    'limit',
    'config',
    'log',
    'metrics',
    'os',
    'listener',
    'launch',
    'worker',
    'portmap',
    'supervisor',
    'control',
  ],
  cli: ['model', 'address', 'config', 'check', 'convert', 'os', 'log', 'daemon', 'supervisor', 'control'],
};

/** Folders that must stay pure: no clock, no files, no process. */
const pure = '^src/(model|address|access|limit|metrics|check|convert|config/(xinetd|inetd|diagnostic))/';

const layers = Object.entries(allowed).map(([folder, targets]) => ({
  name: `layer-${folder}`,
  comment: `${folder}/ may import only: ${[folder, ...targets].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...targets].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^src' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-child-process', severity: 'error', from: { path: '^src' }, to: { path: '^(node:)?child_process$' } },
    {
      name: 'no-net',
      comment: 'listening sockets are ours; the worker gets connections, which Node may have',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/worker/(auth|builtin|flow|http|ident|relay)/' },
      to: { path: '^(node:)?(net|dgram)$', pathNot: '^src/' },
    },
    { name: 'pure-has-no-node', severity: 'error', from: { path: pure }, to: { dependencyTypes: ['core'] } },
    {
      name: 'native-only-in-os',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/os/' },
      to: { path: '\\.node$|^(node:)?module$' },
    },
    {
      name: 'no-client-code-in-daemon',
      comment: 'what handles the bytes of clients is loaded by the worker alone',
      severity: 'error',
      from: { path: '^src/(daemon|cli)/' },
      to: { path: '^src/worker/(auth|builtin|flow|http|ident|relay)/', reachable: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\.node$' } },
    {
      name: 'known-folder',
      comment: 'every folder has its place in the layers',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(allowed).join('|')})/` },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};

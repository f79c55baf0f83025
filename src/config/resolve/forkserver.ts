/**
 * Whether a service that asks for a fork server can have one, by looking at its program, and how that is launched. What
 * can only be executed is executed, and a note says why; a program that gives its caller rights is refused.
 *
 * Nothing is promised by this: a program may turn out not to be parkable (threads, a socket that it has open) when it is
 * loaded, and is executed then.
 */
import type { ForkserverPlan, LaunchPlan } from '../../model/mod.ts';
import type { Definition } from '../definition.ts';
import { executableOf } from './executable.ts';
import type { Findings } from './findings.ts';
import { adapted, languages } from './languages.ts';
import type { ForkserverParts, System } from './system.ts';

/** What is parked: a program before main, or an interpreter with a script. */
interface Parkable {
  readonly program: string;
  readonly argv: LaunchPlan['argv'];
  readonly mode: 'main' | 'call';
  readonly files: readonly string[];
}

type Choice = Parkable | { readonly executed: string } | { readonly refused: string };

/** @returns undefined when the program is executed for each connection */
export function resolveForkserver(
  definition: Definition,
  { wait, stream }: { readonly wait: boolean; readonly stream: boolean },
  launch: LaunchPlan,
  system: System,
  findings: Findings,
): ForkserverPlan | undefined {
  const { settings } = definition;
  if (settings.launch !== 'forkserver') return undefined;
  const parts = system.forkserver;
  const choice = ((): Choice => {
    if (wait) return { executed: 'its server gets the socket itself' };
    if (!stream) return { executed: 'its servers get datagrams, and a fork serves a connection' };
    if (launch.rootDirectory !== undefined) return { executed: 'it has a root directory of its own' };
    if (parts === undefined) return { executed: 'this kinetd was built without the library for fork servers' };
    return chosen(launch, parts, system);
  })();
  if ('refused' in choice && !findings.isInherited('launch')) {
    return findings.add('forkserver-privileged', 'launch', choice.refused, 'write launch = exec');
  }
  if (parts === undefined || !('mode' in choice)) {
    const reason = 'refused' in choice ? choice.refused : 'executed' in choice ? choice.executed : '';
    return findings.add('forkserver-not-used', 'launch', `the program is executed for each client: ${reason}`);
  }
  const modules = settings.preload_modules ?? [];
  const variables = [
    `KINETD_FORKSERVER=${choice.mode}`,
    ...(launch.environment.some((variable) => variable.startsWith('LD_BIND_NOW=')) ? [] : ['LD_BIND_NOW=kinetd']),
    ...(modules.length === 0 ? [] : [`KINETD_PRELOAD_MODULES=${modules.join(' ')}`]),
  ];
  return {
    launch: {
      ...launch,
      program: choice.program,
      argv: choice.argv,
      environment: [...preloading(parts.library, launch.environment), ...variables],
      variables: [],
    },
    files: choice.files,
    start: settings.forkserver_start ?? 'load',
  };
}

/** The library takes its own path out of the variable again. */
function preloading(library: string, environment: readonly string[]): readonly string[] {
  const name = 'LD_PRELOAD=';
  const own = environment.find((variable) => variable.startsWith(name))?.slice(name.length) ?? '';
  return [...environment.filter((variable) => !variable.startsWith(name)), `${name}${library}${own && ` ${own}`}`];
}

function chosen(launch: LaunchPlan, parts: ForkserverParts, system: System): Choice {
  const { program, argv } = launch;
  const file = system.executable(program);
  if (file === undefined) return { executed: `${program} cannot be read` };
  if (file.privileged)
    return { refused: `${program} gives rights to who executes it, which a fork of it would not have` };
  const executable = executableOf(file.head);
  switch (executable.kind) {
    case 'other':
      return { executed: `${program} is neither an ELF program nor a script` };
    case 'script':
      return ofScript(executable, launch, parts, system);
    case 'elf': {
      const adaptable = ofInterpreter(program, argv[0], argv.slice(1), launch, parts);
      if (adaptable !== undefined) return adaptable;
      if (executable.loader === undefined) return { executed: `${program} is statically linked` };
      if (executable.loader.includes('musl')) return { executed: `${program} is not linked to the GNU C library` };
      return { program, argv, mode: 'main', files: [program] };
    }
  }
}

function ofScript(
  { interpreter, argument }: { readonly interpreter: string; readonly argument: string | undefined },
  launch: LaunchPlan,
  parts: ForkserverParts,
  system: System,
): Choice {
  const { program, argv } = launch;
  const throughEnv = interpreter.endsWith('/env');
  const real = throughEnv ? onPath(argument ?? '', launch, system) : interpreter;
  const words = [...(throughEnv || argument === undefined ? [] : [argument]), program, ...argv.slice(1)];
  const script = real === undefined ? undefined : ofInterpreter(real, real, words, launch, parts);
  if (real === undefined || script === undefined)
    return { executed: `${program} is a script of ${argument === undefined || !throughEnv ? interpreter : argument}` };
  if (system.executable(real)?.privileged !== false)
    return { refused: `${real} gives rights to who executes it, which a fork of it would not have` };
  return script;
}

/** undefined: it is no interpreter with an adapter. */
function ofInterpreter(
  program: string,
  argv0: string,
  words: readonly string[],
  { workingDirectory }: LaunchPlan,
  { adapters }: ForkserverParts,
): Choice | undefined {
  const base = program.slice(program.lastIndexOf('/') + 1);
  const language = languages.find(({ interpreter }) => interpreter.test(base));
  if (language === undefined) return undefined;
  const invocation = adapted(language, words, adapters);
  if (invocation === undefined)
    return { executed: `${language.name} has no plain script to load, or options that go against it` };
  const { script } = invocation;
  const file = script.startsWith('/') ? script : `${workingDirectory.replace(/\/$/, '')}/${script}`;
  return { program, argv: [argv0, ...invocation.words], mode: 'call', files: [program, file] };
}

/** As env(1) looks for it. */
function onPath(name: string, { environment }: LaunchPlan, system: System): string | undefined {
  if (!/^[\w.+-]+$/.test(name)) return undefined;
  const path = environment.find((variable) => variable.startsWith('PATH='))?.slice(5) ?? '/usr/bin:/bin';
  return path
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => `${folder}/${name}`)
    .find((candidate) => system.program(candidate, undefined) === 'executable');
}

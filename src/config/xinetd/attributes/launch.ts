/** How the program of a service is started: executed for each connection, or forked from one that is loaded already. */
import { quote } from '../../diagnostic/mod.ts';
import type { AttributeTable, WordEntry } from '../attribute.ts';
import { one, some } from '../attribute.ts';
import { oneOf } from '../values.ts';

const launchWords: readonly WordEntry<'exec' | 'forkserver'>[] = [
  { word: 'exec', documentation: 'the program is executed for each connection, as under xinetd' },
  {
    word: 'forkserver',
    documentation:
      'the program is executed once, loaded, linked and initialised, and each connection gets a fork of it: a dynamically linked program as it is before `main`, a script of python3, perl, ruby or php compiled and with its modules loaded',
  },
];

const startWords: readonly WordEntry<'load' | 'first'>[] = [
  { word: 'load', documentation: 'with the service' },
  { word: 'first', documentation: 'when the first client comes, who gets a program that is executed' },
];

export const launch: Pick<AttributeTable, 'launch' | 'forkserver_start' | 'preload_modules'> = {
  launch: one({
    places: 'both',
    syntax: 'exec | forkserver',
    default: 'exec',
    documentation: [
      'How a server comes into being. Unknown to xinetd.',
      'A fork server runs as the user of the service, with its groups, limits and directory, and so do the servers that are forked from it; they find the same arguments, environment, descriptors and signals as a program that was executed. What is not the same is in docs/security.md: all of them share the layout of their memory.',
      'It is replaced when the program, its script or a file that it has loaded changes, and started again when it dies. Where there is none, and for a program that cannot be parked (a script of sh, a statically linked program, a service that waits or has a `chroot`), the program is executed; `kinetd check --debug` and the log say why. A program with set-user-id or set-group-id bits or file capabilities is refused.',
    ],
    example: 'launch = forkserver',
    words: launchWords,
    parse: oneOf(launchWords),
  }),

  forkserver_start: one({
    places: 'both',
    syntax: 'load | first',
    default: 'load',
    documentation: ['When the fork server is first started. Unknown to xinetd.'],
    example: 'forkserver_start = first',
    words: startWords,
    parse: oneOf(startWords),
  }),

  preload_modules: some({
    places: 'service',
    syntax: 'NAME…',
    default: 'what the script loads at its beginning',
    documentation: [
      'Modules that the fork server of a script loads before it is parked, by the names that its language imports them by, besides those that the script itself loads at its beginning. They are loaded once, without a client. Unknown to xinetd.',
    ],
    example: 'preload_modules = json sqlite3',
    parse: (words, report) => {
      const bad = words.find(({ text }) => !/^[\w.:/-]+$/.test(text));
      if (bad === undefined) return words.map(({ text }) => text);
      report('bad-word', bad, `${quote(bad.text)} is not the name of a module`, 'write names, separated by blanks');
      return undefined;
    },
  }),
};

/**
 * Writes what is documentation out of the tables of the built program (`npm run build` first):
 *
 * - docs/configuration.md, whole: the grammar, every attribute, every diagnostic;
 * - man/kinetd.conf.5, between its two markers: every attribute.
 *
 * With --check nothing is written, and the exit status says whether the files are as they would be.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Of a line of the manual page. */
const widest = 78;

const check = process.argv.includes('--check');
const { attributeGroups, codes } = await load();

const files = [
  ['docs/configuration.md', configuration()],
  ['man/kinetd.conf.5', manual()],
];
for (const [path, text] of files) {
  const target = new URL(`../${path}`, import.meta.url);
  if (!check) writeFileSync(target, text);
  else if (readIfThere(target) !== text) {
    console.error(`${path} is not what the tables say; run: npm run build && npm run docs`);
    process.exitCode = 1;
  }
}

async function load() {
  try {
    const xinetd = await import('../dist/config/xinetd/mod.js');
    const diagnostic = await import('../dist/config/diagnostic/mod.js');
    return { attributeGroups: xinetd.attributeGroups, codes: diagnostic.codes };
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error('docs/generate.js reads the built program; run: npm run build');
    process.exit(1);
  }
}

function readIfThere(target) {
  try {
    return readFileSync(target, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

// What both say about an attribute.

function placesOf({ places }) {
  return { service: 'services', defaults: '`defaults` alone', both: 'services and `defaults`' }[places];
}

function operatorsOf(attribute) {
  if (attribute.arity !== 'list') return '`=`, once in an entry';
  return attribute.removable ? '`=`, `+=` and `-=`, as often as you like' : '`=` and `+=`, as often as you like';
}

/** Words that say no more than their attribute (yes and no) are not worth a table. */
function wordsOf({ words = [] }) {
  return words.filter(({ documentation }) => documentation !== '');
}

// docs/configuration.md

function configuration() {
  const groups = Object.entries(attributeGroups);
  const names = groups.flatMap(([, group]) => Object.keys(group)).toSorted();
  return `${[
    '<!-- Written by docs/generate.js out of the attribute table and the catalogue of diagnostics; edit those. -->',
    '',
    '# Configuration',
    '',
    ...introduction(),
    '## Attributes',
    '',
    `${names.map((name) => `[\`${name}\`](#${name})`).join(', ')}.`,
    '',
    ...groups.flatMap(([title, group]) => [
      `## ${title}`,
      '',
      ...Object.entries(group).flatMap(([name, attribute]) => attributeSection(name, attribute)),
    ]),
    ...diagnosticsSection(),
  ].join('\n')}\n`;
}

function attributeSection(name, attribute) {
  const words = wordsOf(attribute);
  return [
    `### ${name}`,
    '',
    ...attribute.documentation.flatMap((paragraph) => [paragraph, '']),
    ...words.flatMap(({ word, documentation }, index) => [
      ...(index === 0 ? ['| word | meaning |', '|---|---|'] : []),
      `| \`${word}\` | ${cell(documentation)} |`,
    ]),
    ...(words.length > 0 ? [''] : []),
    `- Values: \`${attribute.syntax}\``,
    `- Default: ${attribute.default}`,
    `- Stands in: ${placesOf(attribute)}`,
    `- Operators: ${operatorsOf(attribute)}`,
    ...(attribute.aliases ?? []).map((alias) => `- Also written: \`${alias}\``),
    '',
    '```',
    attribute.example,
    '```',
    '',
  ];
}

function diagnosticsSection() {
  return [
    '## Diagnostics',
    '',
    'Every finding has a code that stays the same from release to release; `kinetd check --json` prints it. An *error*',
    'refuses the service that it is about, or the whole configuration where it is about `defaults`. *Warnings* and *notes*',
    'refuse nothing. In a service with `disable = yes` errors are warnings.',
    '',
    '| code | severity | meaning |',
    '|---|---|---|',
    ...Object.entries(codes).map(
      ([code, [severity, explanation]]) => `| \`${code}\` | ${severity} | ${cell(explanation)} |`,
    ),
  ];
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

function introduction() {
  return `kinetd reads xinetd.conf, the files of an xinetd.d directory, and inetd.conf as they are. Which of the two
languages a file is written in is told by its content. This page is about the first; it is written out of the table
that the reader itself uses. \`kinetd check\` says what it thinks of a configuration without running anything.

## Grammar

\`\`\`
# a comment
defaults
{
    log_type       = SYSLOG daemon info
    log_on_success = HOST PID
}

service hello
{
    type           = UNLISTED
    socket_type    = stream
    wait           = no
    port           = 7777
    user           = nobody
    server         = /usr/bin/printf
    server_args    = HELLO\\n
    log_on_success += DURATION
}

include /etc/kinetd.more
includedir /etc/xinetd.d
\`\`\`

- A file consists of entries (\`service NAME\` and \`defaults\`, with a body in braces) and of the directives \`include\` and
  \`includedir\`. The \`{\` may stand at the end of the header or on the next line; the \`}\` stands on a line of its own.
- A line of a body is \`attribute operator values\`. The blank before the operator is needed, the one after it is not.
  Values are separated by spaces and tabs; there is no quoting and no continuation line, and a line may be of any length.
- A line whose first character is \`#\` is a comment. A \`#\` after a blank also ends a header, a brace, and a line whose
  attribute takes a fixed number of values, or addresses to listen on. In a list of values it is a value like the others, and \`check\` points at it.
- Keywords, attributes, words such as \`yes\`, and ids in \`enabled\` and \`disabled\` may be written in any case.
- Lines may end as in Windows, and the last one need not end at all.
- \`include FILE\` reads a file as if its entries stood there. \`includedir DIRECTORY\` reads the files of a directory in the
  order of the bytes of their names, without those whose name has a \`.\` anywhere or a \`~\` at its end (a note names each);
  it does not descend. Relative paths stand against the directory in which the daemon was started. A file is read once.

## Defaults

\`defaults\` reaches every service, wherever the two stand, in all files that are read together. A file may hold one
\`defaults\`; several files add up. Lists add up over all of them (\`=\` is \`+=\` there); of other attributes the first counts.

In a service, \`=\` replaces what \`defaults\` has for an attribute. On a list, \`+=\` adds to it and \`-=\` takes away from it.

## Mistakes

- Anything wrong in a service refuses that service and no other: an unknown attribute as well as a bad value, a missing
  brace, or an attribute that stands there twice. No later line revives it.
- Anything wrong in \`defaults\` refuses the whole configuration, since every service would run without what was meant: the
  daemon does not start, and on reload it keeps the configuration that it has.
- On reload a service that is refused goes on as it was before. So does one that is right but cannot be started: its new
  port is taken, or its new log cannot be opened. The log says why, and the next reload tries again.
- What stands outside of every entry and is not understood is an error that costs nothing else.
- A service that uses something marked as not done by this version is refused, never run without it.
`.split('\n');
}

// man/kinetd.conf.5

function manual() {
  const path = new URL('../man/kinetd.conf.5', import.meta.url);
  const begin = '.\\" BEGIN attributes, written by docs/generate.js\n';
  const end = '.\\" END attributes\n';
  const text = readFileSync(path, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error('man/kinetd.conf.5 has lost its markers');
  const groups = Object.entries(attributeGroups).flatMap(([title, group]) => [
    `.Ss ${title}`,
    '.Bl -tag -width Ds',
    ...Object.entries(group).flatMap(([name, attribute]) => manualItem(name, attribute)),
    '.El',
  ]);
  return `${text.slice(0, from)}${begin}${groups.join('\n')}\n${text.slice(to)}`;
}

function manualItem(name, attribute) {
  const words = wordsOf(attribute);
  return [
    `.It Ic ${name} Li "${roff(attribute.syntax)}"`,
    ...attribute.documentation.flatMap((paragraph, index) => [...(index === 0 ? [] : ['.Pp']), ...mdoc(paragraph)]),
    ...(words.length === 0 ? [] : ['.Bl -tag -width Ds -compact']),
    ...words.flatMap(({ word, documentation }) => [`.It Cm ${word}`, ...mdoc(`${documentation}.`)]),
    ...(words.length === 0 ? [] : ['.El']),
    '.Pp',
    ...mdoc(`Default: ${attribute.default}.`),
    ...mdoc(`Stands in ${placesOf(attribute)}, with ${operatorsOf(attribute)}.`),
    ...(attribute.aliases ?? []).flatMap((alias) => mdoc(`Also written \`${alias}\`.`)),
  ];
}

/** A paragraph as mdoc(7) lines: a sentence begins a line, and literal words are macros. */
function mdoc(paragraph) {
  return paragraph
    .split(/(?<=[^.][.:;])\s+(?=[A-Z`])/)
    .flatMap((sentence) => sentence.split(/(?<=^|\s)(\(?`[^`]+`[^\s`]*)/))
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => (/^\(?`/.test(part) ? [literal(part)] : textLines(part)));
}

/** Punctuation around a literal word is given to its macro, which keeps it close. */
function literal(part) {
  const [, opening, word, after] = /^(\(?)`([^`]+)`(.*)$/.exec(part);
  const closing = after
    .split('')
    .map((character) => ` ${/[.,:;)?!\]]/.test(character) ? character : `Ns ${roff(character)}`}`);
  return `.Ql ${opening && '( '}"${roff(word)}\\&"${closing.join('')}`;
}

function textLines(text) {
  const lines = [];
  for (const word of roff(text).split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= widest) lines[lines.length - 1] = longer;
    else lines.push(/^[.']/.test(word) ? `\\&${word}` : word);
  }
  return lines;
}

function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('"', '\\(dq')
    .replaceAll('…', ' ...')
    .replaceAll('²', '\\(S2')
    .replaceAll('³', '\\(S3')
    .replace(/^([.'])/, '\\&$1');
}

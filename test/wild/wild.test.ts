/**
 * Configuration files of strangers, taken from public repositories, and what xinetd 2.3.15.3, Debian's openbsd-inetd
 * and GNU inetutils' inetd make of each. They are no part of the project: the folder stands beside it, or KINETD_WILD
 * names it, or the tests are skipped.
 *
 * kinetd must read all of them, and where it runs more or fewer services than the old daemon, the reason must
 * be one of the differences named here. Users, groups and programs exist on the machine these files are read
 * for, as they did when the verdicts were taken; services(5) is Debian's as far as the files need it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import {
  type DiagnosticCode,
  describeTable,
  type InetdDialect,
  load,
  renderDiagnostic,
  type ServiceTable,
  systemFiles,
} from '../../src/config/mod.ts';
import { fakeSystem } from '../unit/config/fake-system.ts';

const home = process.env['KINETD_WILD'] ?? join(import.meta.dirname, '../../../shared/wild');
const present = existsSync(home);
const title = present
  ? 'files in the wild'
  : 'files in the wild (skipped: the folder shared/wild is not beside the project, and KINETD_WILD does not name it)';

/** Why kinetd refuses what the old daemons run. */
const stricter: Partial<Record<DiagnosticCode, string>> = {
  'other-dialect': 'the line is in the spelling of another inetd, which openbsd-inetd misreads in silence',
  'unknown-attribute': 'xinetd leaves the attribute out and runs the service without it',
  'bad-address': 'xinetd leaves the item out of the list',
  'server-not-absolute': 'the old daemons start such a program in / and fail at every connection',
  'duplicate-address': "openbsd-inetd lets the later line replace the earlier one's program",
};

/** What xinetd says about a service that it refuses and kinetd runs. */
const laxer: readonly { readonly says: RegExp; readonly because: string }[] = [
  {
    says: /service\/protocol combination not in \/etc\/services/,
    because: 'a port is enough, the name need not be listed',
  },
  { says: /missing attribute user/, because: 'a comment after the value of a one-value attribute is a comment' },
  {
    says: /Error parsing attribute redirect/,
    because: 'the name of the target had no address where the verdict was taken; here every name has one',
  },
  {
    says: /bind failed \(Cannot assign requested address/,
    because: 'the address of the service is not one of the machine where the verdict was taken',
  },
];

/** Debian's services(5), as far as these files name them. */
const services = {
  'amanda/tcp': 10080,
  'auth/tcp': 113,
  'bootps/udp': 67,
  'chargen/tcp': 19,
  'chargen/udp': 19,
  'comsat/udp': 512,
  'cvspserver/tcp': 2401,
  'daytime/tcp': 13,
  'daytime/udp': 13,
  'discard/tcp': 9,
  'discard/udp': 9,
  'echo/tcp': 7,
  'echo/udp': 7,
  'finger/tcp': 79,
  'ftp/tcp': 21,
  'gopher/tcp': 70,
  'http/tcp': 80,
  'ident/tcp': 113,
  'imap/tcp': 143,
  'klogin/tcp': 543,
  'kshell/tcp': 544,
  'login/tcp': 513,
  'netbios-ns/udp': 137,
  'netbios-ssn/tcp': 139,
  'netstat/tcp': 15,
  'nntp/tcp': 119,
  'nrpe/tcp': 5666,
  'nsca/tcp': 5667,
  'ntalk/udp': 518,
  'pop3/tcp': 110,
  'printer/tcp': 515,
  'qotd/tcp': 17,
  'shell/tcp': 514,
  'smtp/tcp': 25,
  'ssh/tcp': 22,
  'svn/tcp': 3690,
  'systat/tcp': 11,
  'talk/udp': 517,
  'tcpmux/tcp': 1,
  'telnet/tcp': 23,
  'tftp/udp': 69,
  'time/tcp': 37,
  'time/udp': 37,
  'uucpd/tcp': 540,
  'www/tcp': 80,
};

/** @param dialect whose inetd an inetd.conf is read as; undefined: as its text has it */
function loaded(file: string, dialect?: InetdDialect): Promise<ServiceTable> {
  const request = { paths: [file], ...(dialect === undefined ? {} : { dialect }) };
  return load(request, fakeSystem({ everything: true, services }), systemFiles(home));
}

interface Own {
  readonly dialect: InetdDialect;
  /** What says so: its own text, or whoever has it, with --dialect. */
  readonly told: 'by its text' | 'by --dialect';
}

/** Whose each inetd.conf is, by where it comes from. What is not here is written for no inetd in particular, or for Debian's. */
const owners: Readonly<Record<string, Own>> = {
  'NetBSD_src__etc-inetd.inetd': { dialect: 'netbsd', told: 'by --dialect' },
  'Triborg_conf_for_FreeBSD__inetd.inetd': { dialect: 'freebsd', told: 'by its text' },
  'adamyg_inetd-win32__inetd.inetd': { dialect: 'freebsd', told: 'by its text' },
  'freebsd_freebsd-src__etc-inetd.inetd': { dialect: 'freebsd', told: 'by its text' },
  'gdha_mkcdrec__inetd-2.inetd': { dialect: 'busybox', told: 'by --dialect' },
  'gdha_mkcdrec__inetd.inetd': { dialect: 'busybox', told: 'by --dialect' },
};

/** The others, each looked at: nothing in them is one inetd's alone, and all of it is in Debian's words. */
const everybodys = [
  'Enstore-org_enstore__inetd.inetd',
  'IrishMarineInstitute_dm.belmullet2tcp__inetd.inetd',
  'McClunatic_raspi-master-etc__inetd.inetd',
  'NagiosEnterprises_nrpe__readme.inetd',
  'OpenPrinting_cups__cups-lpd.inetd',
  'SlothCroissant_prometheus-upsc-exporter__inetd.inetd',
  'YumingEE_Telnet__inetd.inetd',
  'andrijdavid_stockfish__inetd.inetd',
  'augeas_test_inetd.inetd',
  'bakeymemnet_memoryless__inetd.inetd',
  'dongdigua_double-gopher__inetd.inetd',
  'fangzhzh_bash-webserver__inetd.inetd',
  'felixjogris_grapheqd__readme.inetd',
  'gdha_mkcdrec__inetd-3.inetd',
  'golems_ach__inetd.inetd',
  'gophernicus__inetlin.inetd',
  'greboid_docker-nullidentd__inetd.inetd',
  'jangita_git-bash-pushtodeploy__inetd.inetd',
  'mcb2003_simple-inetd__inetd.inetd',
  'mfnbc_dgl-nethack__inetd.inetd',
  'mikopbx_Core__inetd.inetd',
  'proftpd_proftpd__faq.inetd',
  'tcp_wrappers__readme.inetd',
  'uw-imap_imap__build.inetd',
  'zmanda_amanda__inetd.conf.amandaclient.inetd',
];

/** What is wrong with lines of files that are quotations or templates, and would be in any dialect. */
const broken: Readonly<Record<string, readonly DiagnosticCode[]>> = {
  // A line of the test program that the others are quoted from.
  'augeas_test_inetd.inetd': ['bad-word', 'bad-word', 'bad-word'],
  // @amlibexecdir@ is filled in when it is built.
  'zmanda_amanda__inetd.conf.amandaclient.inetd': ['server-not-absolute'],
};

function rows(name: string): string[][] {
  if (!present) return [];
  return readFileSync(join(home, name), 'utf8')
    .split('\n')
    .slice(1)
    .filter((row) => row !== '')
    .map((row) => row.split('\t'));
}

/** Refused services all of whose errors are differences named above. */
function explained(table: ServiceTable): ServiceTable['entries'] {
  return table.entries.filter((entry) => {
    if (entry.state !== 'refused') return false;
    const errors = table.diagnostics.filter(({ severity, service }) => severity === 'error' && service === entry.id);
    return errors.length > 0 && errors.every(({ code }) => stricter[code] !== undefined);
  });
}

/** Errors, for the message of a test that fails. */
function said(table: ServiceTable): string {
  return table.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, { colour: false })).join('\n');
}

describe.skipIf(!present)(title, () => {
  const files = present ? readdirSync(home).filter((name) => /\.x?inetd$/.test(name)) : [];

  test.each(files)('%s is read, and all that is said about it can be shown', async (file) => {
    const table = await loaded(file);
    expect(JSON.parse(JSON.stringify(describeTable(table)))).toHaveLength(table.entries.length);
    expect(said(table)).not.toMatch(/undefined|\[object/);
    // A refusal without a reason would be a riddle.
    for (const { id } of table.entries.filter(({ state }) => state === 'refused')) {
      expect(table.diagnostics.filter(({ severity, service }) => severity === 'error' && service === id)).not.toEqual(
        [],
      );
    }
  });

  test.each(rows('wild-xinetd-2.3.15-verdicts.tsv'))(
    "%s runs as many services as xinetd's %s, or it is known why not",
    async (file = '', available, messages = '') => {
      const table = await loaded(file);
      const ready = table.entries.filter(({ state }) => state === 'ready').length;
      // FATAL: the daemon ended, so it ran none.
      const theirs = available === 'FATAL' ? 0 : Number(available);
      const reasons = messages.split(';').filter((message) => laxer.some(({ says }) => says.test(message)));
      const surplus = available === 'FATAL' ? Number.POSITIVE_INFINITY : reasons.length;
      expect(theirs - ready, said(table)).toBeLessThanOrEqual(explained(table).length);
      expect(ready - theirs, messages).toBeLessThanOrEqual(surplus);
    },
  );

  test.each(rows('wild-inetd-verdicts.tsv'))(
    '%s opens as many sockets as %s (%s), or it is known why not',
    async (file = '', daemon, listening = '', messages = '') => {
      const dialect = daemon === 'inetutils' ? 'gnu' : 'debian';
      const table = await loaded(file, dialect);
      const theirs = listening.split('/').map(Number);
      for (const [index, kind] of (['tcp inet', 'tcp inet6', 'udp inet', 'udp inet6'] as const).entries()) {
        const [protocol = '', family] = kind.split(' ');
        const mine = table.entries.flatMap((entry) =>
          entry.state === 'ready' && entry.service.protocol.name === protocol
            ? entry.service.endpoints.filter(
                (endpoint) => endpoint.family === family && (daemon !== 'inetutils' || !endpoint.implied),
              )
            : [],
        ).length;
        const reasons = explained(table).filter(({ settings }) => (settings.protocol ?? protocol) === protocol).length;
        expect((theirs[index] ?? 0) - mine, `${kind}\n${said(table)}`).toBeLessThanOrEqual(reasons);
        // A `tcp6` socket there takes the port of IPv4 as well, so it cannot be had beside a line for `tcp`; here it can.
        const collides = daemon === 'inetutils' && family === 'inet6' && /Address already/.test(messages);
        expect(mine, `${kind}: ${messages}`).toBeLessThanOrEqual(
          collides ? Number.POSITIVE_INFINITY : (theirs[index] ?? 0),
        );
      }
    },
  );

  const inetds = files.filter((name) => name.endsWith('.inetd'));

  test('whose each inetd.conf is has been looked at', () => {
    expect(inetds.toSorted()).toEqual([...Object.keys(owners), ...everybodys].toSorted());
  });

  test.each(inetds)('%s is read as the inetd that it is for', async (file) => {
    const { readInetd } = await import('../../src/config/inetd/mod.ts');
    const { sourceFile } = await import('../../src/config/source/mod.ts');
    const text = sourceFile(file, readFileSync(join(home, file), 'latin1'));
    const { dialect: own = 'debian', told } = owners[file] ?? {};
    const unasked = readInetd(text);
    expect(unasked.dialect).toBe(told === 'by --dialect' ? 'debian' : own);
    expect(readInetd(text, { dialect: own }).dialect).toBe(own);
    // Where the text leaves it open, that is said with what would be different.
    const notes = unasked.diagnostics.filter(({ code }) => code === 'dialects-disagree').length;
    const empty = unasked.definitions.length === 0;
    expect(notes > 0).toBe(told !== 'by its text' && !empty);
  });

  test.each(inetds)('%s has no word that its own inetd does not have, and no line that is lost', async (file) => {
    const { dialect = 'debian' } = owners[file] ?? {};
    const table = await loaded(file, dialect);
    const grammar = table.diagnostics.filter(
      ({ severity, code }) => severity === 'error' && !/^(unknown-port|duplicate-address)$/.test(code),
    );
    expect(grammar.map(({ code }) => code)).toEqual(broken[file] ?? []);
    expect(table.diagnostics.filter(({ code }) => code === 'other-dialect')).toEqual([]);
  });

  test('every difference named above occurs, so the lists hold nothing stale', async () => {
    const found = new Set<string>();
    for (const file of files) {
      for (const dialect of [undefined, 'debian', 'gnu'] as const) {
        const table = await loaded(file, dialect);
        for (const { severity, code } of table.diagnostics) if (severity === 'error') found.add(code);
      }
    }
    expect(Object.keys(stricter).filter((code) => !found.has(code))).toEqual([]);
    const verdicts = rows('wild-xinetd-2.3.15-verdicts.tsv')
      .map(([, , messages = '']) => messages)
      .join(';');
    expect(laxer.filter(({ says }) => !says.test(verdicts))).toEqual([]);
  });
});

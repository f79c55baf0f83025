import { expect, test } from 'vitest';

import { SyslogSink, syslogDatagram } from '../../../src/log/mod.ts';

const clock = (): number => new Date(2026, 10, 5, 1, 2, 3).getTime();

test('a datagram has priority, time, ident and pid', () => {
  const sent: string[] = [];
  const sink = new SyslogSink(
    (entry) => sent.push(syslogDatagram(entry).toString()) > 0,
    'xinetd',
    'local3',
    'notice',
    clock,
  );
  sink.write('START: echo');
  sink.writeAt('err', 'trouble');
  expect(sent).toEqual([
    `<157>Nov  5 01:02:03 xinetd[${process.pid}]: START: echo`,
    `<155>Nov  5 01:02:03 xinetd[${process.pid}]: trouble`,
  ]);
});

test('messages that cannot be sent are counted and the count is sent first', () => {
  const sent: string[] = [];
  let works = false;
  const sink = new SyslogSink(
    (entry) => {
      if (works)
        sent.push(
          syslogDatagram(entry)
            .toString()
            .replace(/^.*?: /, ''),
        );
      return works;
    },
    'xinetd',
    'daemon',
    'info',
    clock,
  );
  sink.write('one');
  sink.write('two');
  works = true;
  sink.write('three');
  sink.write('four');
  expect(sent).toEqual(['2 messages could not be sent to syslog', 'three', 'four']);
});

test('a message is cut after 1024 characters and stays one line', () => {
  const sent: string[] = [];
  const sink = new SyslogSink(
    (entry) => sent.push(syslogDatagram(entry).toString()) > 0,
    'xinetd',
    'daemon',
    'info',
    clock,
  );
  sink.write(`a\n${'b'.repeat(5000)}`);
  expect(sent[0]).not.toContain('\n');
  expect(sent[0]?.replace(/^.*?: /, '')).toHaveLength(1024);
});

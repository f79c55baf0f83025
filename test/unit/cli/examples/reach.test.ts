/** Which account can run an interpreter, by permission bits alone. */
import { expect, test } from 'vitest';
import { canRun, type Status } from '../../../../src/cli/examples/reach.ts';

const folder = (mode: number, uid = 0, gid = 0): Status => ({ uid, gid, mode, isFile: false });
const file = (mode: number, uid = 0, gid = 0): Status => ({ uid, gid, mode, isFile: true });
const nobody = { uid: 65534, gids: [65534] };

function machine(paths: Readonly<Record<string, Status>>): (path: string) => Status | undefined {
  return (path) => paths[path];
}

test('anyone runs a program that is open to all along the way', () => {
  const statusOf = machine({ '/': folder(0o755), '/usr': folder(0o755), '/usr/python3': file(0o755) });
  expect(canRun('/usr/python3', nobody, statusOf)).toBe(true);
});

test('a program below a closed folder is out of reach for others, and in reach for root', () => {
  const statusOf = machine({ '/': folder(0o755), '/root': folder(0o700), '/root/python3': file(0o755) });
  expect(canRun('/root/python3', nobody, statusOf)).toBe(false);
  expect(canRun('/root/python3', { uid: 0, gids: [0] }, statusOf)).toBe(true);
});

test("the owner's bits alone count for the owner, the group's for its members", () => {
  const statusOf = machine({ '/': folder(0o755), '/mine': file(0o077, 1000, 50), '/ours': file(0o750, 0, 50) });
  expect(canRun('/mine', { uid: 1000, gids: [50] }, statusOf)).toBe(false);
  expect(canRun('/mine', nobody, statusOf)).toBe(true);
  expect(canRun('/ours', { uid: 1000, gids: [100, 50] }, statusOf)).toBe(true);
  expect(canRun('/ours', nobody, statusOf)).toBe(false);
});

test('what is missing, a folder, or not executable cannot be run, by root neither', () => {
  const statusOf = machine({ '/': folder(0o755), '/folder': folder(0o755), '/text': file(0o644) });
  for (const path of ['/missing', '/folder', '/text']) {
    expect(canRun(path, nobody, statusOf)).toBe(false);
    expect(canRun(path, { uid: 0, gids: [0] }, statusOf)).toBe(false);
  }
});

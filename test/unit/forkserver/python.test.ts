/** A python3 script that is compiled once and run for each connection does what it does when it is executed for each. */
import { sameAsExecuted } from './adapter.ts';

sameAsExecuted('python3', {
  'arguments, names and paths are those of the script': {
    script: `
import sys, os
print(sys.argv, sys.orig_argv, sys.path, sys.flags, __name__, __file__, __spec__, __package__, __cached__, __loader__.path)
print(sorted(globals()), sys.modules['__main__'].__dict__ is globals(), __annotations__, __doc__, __builtins__)
print([name for name in ('gc', 'atexit', 'argparse') if name in sys.modules])
`,
    args: ['a', '-b', '', 'c d'],
    expected: '__main__',
  },
  'standard streams are as the interpreter opens them': {
    script: `
import sys
for stream in sys.stdin, sys.stdout, sys.stderr:
    print(repr(stream), stream.encoding, stream.errors, stream.line_buffering, stream.write_through, stream.seekable(),
          type(stream.buffer), stream.buffer, stream.isatty(), stream.newlines, stream.fileno(), stream.mode)
print(sys.__stdin__ is sys.stdin, sys.__stdout__ is sys.stdout, sys.__stderr__ is sys.stderr)
for line in sys.stdin: print(line.upper(), end='')
print('to the end', file=sys.stderr)
`,
    input: 'a line\r\nand another one\nä',
    environment: ['LANG=C.UTF-8'],
    expected: 'AND ANOTHER ONE',
  },
  'with -u nothing is held back': {
    options: ['-u'],
    script: `
import sys, os
print('first', sys.stdout.write_through, type(sys.stdout.buffer), type(sys.stdin.buffer), sys.stderr.line_buffering)
os._exit(3)
`,
    expected: 'first',
    status: 3,
  },
  'with -I, -E, -O, -B and -s the interpreter is as it was told': {
    options: ['-I', '-E', '-O', '-B', '-s'],
    script: 'import sys\nassert False\nprint(sys.flags, sys.path)\n',
    environment: ['PYTHONPATH=/nowhere'],
  },
  'the encoding may come from the environment': {
    script: 'import sys\nprint(sys.stdin.encoding, sys.stdout.encoding, sys.stdout.errors, sys.stderr.errors)',
    environment: ['PYTHONIOENCODING=latin-1:replace'],
    expected: 'iso8859-1 iso8859-1 replace',
  },
  'the environment is that of the connection, for its children too': {
    script: `
import os, subprocess
print(sorted(os.environ.items()), os.environb[b'B'], os.getenv('B'))
os.environ['C'] = '3'
print(subprocess.run(['env'], capture_output=True, text=True).stdout)
`,
    environment: ['A=with=equals', 'EMPTY='],
    expected: 'C=3',
  },
  'an exception that nobody catches is told without the adapter': {
    script: `
import json
def one(): two()
def two(): json.loads('{')
try: 1 / 0
except ZeroDivisionError: one()
`,
    status: 1,
  },
  'one in the exception hook is told too': {
    script: `
import sys
def hook(*unused): raise KeyError('hook')
sys.excepthook = hook
raise ValueError('first')
`,
    status: 1,
  },
  'an exit with a number': { script: 'import sys\nprint("x")\nsys.exit(300)', status: 44 },
  'an exit with a text': { script: 'import sys\nprint("x")\nsys.exit("gone wrong")', status: 1 },
  'an exit without anything': { script: 'raise SystemExit', status: 0 },
  'an exit by Ctrl-C': {
    script: 'import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**8): pass',
    status: -2,
  },
  'an abort': { script: 'import os\nprint("lost")\nos.abort()', status: -6 },
  'exit handlers run, the last first, and one that fails is told': {
    script: `
import atexit
atexit.register(print, 'first registered')
atexit.register(lambda: 1 / 0)
atexit.register(print, 'last registered')
print('script')
`,
    but: /0x[0-9a-f]+/g,
    expected: /script\nlast registered\nfirst registered\n/,
  },
  'threads come to their end before exit handlers run': {
    script: `
import atexit, threading, time
atexit.register(print, 'at exit')
threading.Thread(target=lambda: (time.sleep(0.05), print('thread'))).start()
`,
    expected: 'thread\nat exit\n',
  },
  'what is left in files that nobody has closed is written': {
    script: `
import os, socket
written = open('@FOLDER@/left', 'w'); written.write('left')
raw = os.fdopen(os.dup(1), 'wb'); raw.write(b'raw\\n')
connection = socket.socket(fileno=os.dup(0)); file = connection.makefile('w'); file.write('file\\n')
`,
    expected: 'raw\n',
  },
  'what is left in files of compressed data and of classes of their own is written': {
    script: `
import gzip, os, io
class Own(io.TextIOWrapper): pass
own = Own(open(os.dup(1), 'wb')); own.write('own\\n')
packed = gzip.GzipFile(fileobj=open(os.dup(1), 'wb'), mode='w', mtime=0); packed.write(b'text')
`,
    expected: 'own\n',
  },
  'objects with a finalizer and suspended generators are finalized': {
    script: `
class Finalized:
    def __del__(self): print('finalized')
def generator():
    try: yield 1
    finally: print('closed')
kept, suspended = Finalized(), generator()
next(suspended)
`,
    expected: 'finalized\n',
  },
  'a class that raises when it is asked what it has, and another allocator, do no harm': {
    script: `
import beside_strange, os
class Stranger(metaclass=beside_strange.Meta): pass
kept = Stranger()
kept.itself = kept
print(type(beside_strange.kept).__name__, os.environ['PYTHONMALLOC'])
`,
    files: {
      'beside_strange.py': `
class Meta(type):
    def __getattr__(cls, name): raise RuntimeError(name)
class Strange(metaclass=Meta): pass
kept = Strange()
kept.itself = kept
`,
    },
    environment: ['PYTHONMALLOC=malloc'],
    expected: 'Strange malloc\n',
  },
  'an object that a module has made when it was imported is finalized': {
    script: 'import beside_object\n',
    files: {
      'beside_object.py': `
class Finalized:
    def __del__(self): print('finalized')
kept = Finalized()
`,
    },
    expected: 'finalized\n',
  },
  'what is left in a file that a module has opened when it was imported is written': {
    script: `
import beside_log, os
print(open('@FOLDER@/lines').read())
os.truncate('@FOLDER@/lines', 0)
beside_log.log.write('of the run before')
`,
    files: { lines: 'of the run before', 'beside_log.py': "log = open('@FOLDER@/lines', 'a')\n" },
    expected: 'of the run before\n',
  },
  'temporary files are removed': {
    script: `
import tempfile, os
kept = tempfile.NamedTemporaryFile(dir='@FOLDER@', prefix='temporary')
print(len([name for name in os.listdir('@FOLDER@') if name.startswith('temporary')]))
`,
    expected: '1\n',
  },
  'a client that is gone ends the script as it does otherwise': {
    script: 'import sys, time\ntime.sleep(0.1)\nprint("x" * 100)',
    gone: true,
    status: 120,
  },
  'warnings of the compiler go to each connection': { script: 'print("\\d", 1 is 1)', expected: '\\d True' },
  'modules beside the script are found': {
    script: 'import beside\nprint(beside.value)',
    files: { 'beside.py': 'import sys\nvalue = sys.argv\n' },
    expected: 'case',
  },
  'a module that only a changed path finds is the one that the script means': {
    script: `
import sys
sys.path.insert(0, '@FOLDER@/deep')
sys.modules.pop('shadowed', None)
import colorsys
print(colorsys.__file__)
import missing_module
`,
    status: 1,
  },
  'classes of the script can be pickled, and its processes work': {
    script: `
import pickle, multiprocessing, os
class Thing: pass
print(type(pickle.loads(pickle.dumps(Thing()))) is Thing)
def work(n): return n * 2
if __name__ == '__main__':
    with multiprocessing.Pool(2) as pool: print(pool.map(work, [1, 2, 3]))
    print(os.getpid() == int(os.readlink('/proc/self')), os.getppid() > 1)
`,
    expected: '[2, 4, 6]',
  },
  'signals are handled': {
    script: `
import signal, os
signal.signal(signal.SIGUSR1, lambda *unused: print('handled'))
os.kill(os.getpid(), signal.SIGUSR1)
print(signal.getsignal(signal.SIGPIPE), signal.getsignal(signal.SIGTERM), signal.pthread_sigmask(signal.SIG_BLOCK, []))
`,
    expected: 'handled',
  },
});

"""
The adapter for python3: `python3 OPTIONS python.py SCRIPT ARGUMENTS` in the place of `python3 OPTIONS SCRIPT ARGUMENTS`.

In the fork server it compiles the script, imports what the script imports first, and forks: the preloaded library makes
that fork() return once for each connection, in the child, and os.fork() brings the interpreter in order there (locks,
signals, what modules have registered, the state of `random`). The child then does what the interpreter does for a script
that it is started with: a fresh __main__, new standard streams, the exception that nobody caught, exit handlers.

- Only the imports that stand before anything else at the top of the script are made early (a docstring, plain constants
  and functions may stand between them): one that comes after, say, a change of sys.path could mean another module. The
  first that fails ends this, and fails once more in the child, where it is seen.
- What would be printed while the script is compiled is left to the child; a script that does not compile is refused.
- At the end, the interpreter would free everything that it has. That is skipped when nobody can notice: when nothing is
  left that has a finalizer (a suspended generator, a temporary file …) or belongs to a compiled extension.
- Whatever can be done before is: each page of memory that a child is the first to write to is copied for it, which costs
  more than most of what it does. The standard streams are made for sockets, and made anew for what is not one; what is
  to be allocated lies side by side.

Modules that are imported early see the environment of the service, and nothing to read as standard input.
See ask.c for the names below /kinetd/forkserver.
"""
import sys

own_modules = set(sys.modules) | {'warnings'}  # which the interpreter asks for its filters

import atexit
import builtins
import gc
import io
import posix

SILENT = frozenset((io.FileIO, io.BufferedReader, io.StringIO, io.BytesIO))
WRITTEN = frozenset((io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom, io.BufferedRWPair))
REHEARSALS = 20  # after so many the interpreter has what it remembers of a function, and writes nothing more down
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made when the program runs

# Of the fork server: kinds of objects that nothing is done for when they are freed, what is to be flushed, whether all
# that it has may be left as it is, and what fills the gaps in its memory.
plain = frozenset()
writers = ()
unfinished = False
filling = []


def say(text):
    posix.readlink(b'/kinetd/forkserver/' + text.encode('utf-8', 'surrogateescape'))


def park(script):
    """Returns in each child, with its __main__ and the script's code: None when compiling it has something to print."""
    path = script if script.startswith('/') else posix.getcwd() + '/' + script
    main = type(sys)('__main__')
    main.__annotations__ = {}
    main.__builtins__ = builtins
    main.__file__ = path
    main.__cached__ = None
    main.__loader__ = type(__loader__)('__main__', path)
    set_path(script)
    sys.modules['__main__'] = main
    try:
        with open(path, 'rb') as file:
            text = file.read()
    except OSError as error:
        say(f'refuse/{error}')
    try:
        tree, code = compiled(text, path)
    except (SyntaxError, ValueError) as error:
        say(f'refuse/{type(error).__name__}: {error}')
    for name in set(sys.modules) - own_modules:
        del sys.modules[name]
    renew_for_sockets()
    import_early(tree)
    for name in posix.environ.get(b'KINETD_PRELOAD_MODULES', b'').decode().split():
        try:
            __import__(name)
        except BaseException as error:
            say(f'refuse/preload_modules: {name}: {type(error).__name__}: {error}')
    for stream in sys.stdout, sys.stderr:
        stream.flush()
    say(f'loaded/{path}')
    for module in list(sys.modules.values()):
        file = getattr(module, '__file__', None)
        if module is not main and isinstance(file, str) and file.startswith('/'):
            say(f'loaded/{file}')
    coerced = posix.environ.get(b'LC_CTYPE')  # by the interpreter, see PEP 538
    del tree, text, file, module
    settle(coerced)
    say('park')
    posix.fork()
    renew_environment(coerced)
    for digit in posix.readlink(b'/kinetd/forkserver/others'):
        renew_stream(digit - 48)
    if 'numpy.random' in sys.modules:
        sys.modules['numpy.random'].seed()
    return main, code


def settle(coerced):
    """The last of what is done once, with all modules there."""
    global plain, writers, unfinished
    variables = set(posix.environ)
    for _ in range(REHEARSALS):
        renew_environment(coerced)
        posix.environ.clear()
    gc.collect()
    all_objects = gc.get_objects()
    writers = tuple(each for each in all_objects if type(each) in WRITTEN and not each.closed and each.writable())
    try:
        kinds = {type(each) for each in all_objects}
        plain = frozenset(kind for kind in kinds if not kind.__flags__ & HEAP_TYPE and is_plain_kind(kind))
        unfinished = any(hasattr(kind, '__del__') for kind in kinds - SILENT - WRITTEN)
    except BaseException:  # a class can have answers of its own to all of that
        unfinished = True
    gc.freeze()
    for _ in range(REHEARSALS):
        is_clean()
    fill_pools(variables)
    gc.freeze()


def fill_pools(chosen):
    """
    The interpreter keeps small objects by size, in pools of 16 kB (4 kB before 3.10). Takes what is free in those that
    are in use, so that children begin with the first page of a new one. As much as sixteen pools of a size, and nothing
    from an allocator that was chosen for the service.
    """
    if b'PYTHONMALLOC' in chosen or sys.flags.dev_mode:
        return
    pool = 1 << (14 if sys.version_info >= (3, 10) else 12)
    for size in range(16, 513, 16):
        for number in range(16 * pool // size):
            piece = object() if size == 16 else number + 2.5 if size == 32 else bytes(size - 33)
            filling.append(piece)
            if id(piece) % pool == 48:  # the first of its pool, behind the pool's head
                break


def set_path(script):
    """argv without the adapter, and the script's folder in the place of the adapter's."""
    import os.path

    at = len(sys.orig_argv) - len(sys.argv) - 1
    del sys.orig_argv[at]
    if not getattr(sys.flags, 'safe_path', sys.flags.isolated):
        sys.path[0] = os.path.dirname(os.path.realpath(script))


def compiled(text, path):
    """The script's tree and its code; no code when something is to be said of it, since a connection is to read that."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        tree = compile(text, path, 'exec', 0x400, dont_inherit=True)  # ast.PyCF_ONLY_AST
        compile(text, path, 'exec', dont_inherit=True)
        warnings.simplefilter('error')
        try:
            return tree, compile(text, path, 'exec', dont_inherit=True)
        except SyntaxError:
            return tree, None


def import_early(tree):
    for statement in tree.body:
        kind = type(statement).__name__
        try:
            if kind == 'Import':
                for alias in statement.names:
                    __import__(alias.name)
            elif kind == 'ImportFrom' and statement.level == 0:
                __import__(statement.module, fromlist=[alias.name for alias in statement.names if alias.name != '*'])
            elif kind == 'FunctionDef' and not statement.decorator_list and is_plain(statement.args):
                continue
            elif kind in ('Expr', 'Assign') and type(statement.value).__name__ == 'Constant':
                continue
            else:
                return
        except BaseException:
            return


def is_plain(arguments):
    """Nothing is evaluated when the function is defined."""
    every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs + [arguments.vararg, arguments.kwarg]
    defaults = arguments.defaults + arguments.kw_defaults
    annotated = any(each is not None and each.annotation is not None for each in every)
    return not annotated and all(each is None or type(each).__name__ == 'Constant' for each in defaults)


def renew_environment(coerced):
    """os.environ is a view of posix.environ, which the interpreter filled when it started."""
    text = piece = posix.readlink(b'/kinetd/forkserver/environment/0')
    while len(piece) >= 4096:  # less than there is room for: that was all
        piece = posix.readlink(b'/kinetd/forkserver/environment/%d' % len(text))
        text += piece
    environ = posix.environ
    for variable in text.split(b'\0'):
        name, equals, value = variable.partition(b'=')
        if equals:
            environ.setdefault(name, value)
    if coerced is not None and b'LC_CTYPE' not in environ:
        environ[b'LC_CTYPE'] = coerced
        posix.putenv(b'LC_CTYPE', coerced)


def renew_for_sockets():
    """All three, as they will be when the descriptors are a connection: as descriptor 0 is a socket while this loads."""
    kept = posix.dup(1), posix.dup(2)
    for fd in 1, 2:
        posix.dup2(0, fd)
    for fd in 0, 1, 2:
        renew_stream(fd)
    for fd, before in (1, kept[0]), (2, kept[1]):
        posix.dup2(before, fd)
        posix.close(before)


def renew_stream(fd):
    """As create_stdio() in the interpreter's pylifecycle.c. A stream that a module has put there is left alone."""
    name = ('stdin', 'stdout', 'stderr')[fd]
    mode = 'w' if fd else 'r'
    unbuffered = isinstance(sys.__stdout__.buffer, io.FileIO)
    old = getattr(sys, f'__{name}__')
    buffer = io.open(fd, mode + 'b', 0 if unbuffered and mode == 'w' else -1, closefd=False)
    getattr(buffer, 'raw', buffer).name = f'<{name}>'
    new = io.TextIOWrapper(
        buffer,
        old.encoding,
        old.errors,
        newline='\n',
        line_buffering=not unbuffered and (fd == 2 or buffer.isatty()),
        write_through=unbuffered,
    )
    new.mode = mode
    if getattr(sys, name) is old:
        setattr(sys, name, new)
    setattr(sys, f'__{name}__', new)


def run(main, code):
    """The script, to its end; the exit status, and whether Ctrl-C ended it."""
    try:
        if code is None:
            code = compile(open(main.__file__, 'rb').read(), main.__file__, 'exec', dont_inherit=True)
        exec(code, main.__dict__)
        return 0, False
    except SystemExit as end:
        return status_of(end), False
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next
        uncaught = error
    return tell(uncaught), isinstance(uncaught, KeyboardInterrupt)


def status_of(end):
    """As handle_system_exit() in pythonrun.c."""
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code
    sys.stdout.flush()
    print(end.code, file=sys.stderr)
    return 1


def tell(error):
    """As PyErr_Print() for an exception that nobody has caught."""
    kind, trace = type(error), error.__traceback__
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
    try:
        sys.excepthook(kind, error, trace)
    except SystemExit as end:
        return status_of(end)
    except BaseException as error_in_hook:
        worse = error_in_hook
    else:
        return 1
    worse.__traceback__ = worse.__traceback__.tb_next
    print('Error in sys.excepthook:', file=sys.stderr)
    sys.__excepthook__(type(worse), worse, worse.__traceback__)
    print('\nOriginal exception was:', file=sys.stderr)
    sys.__excepthook__(kind, error, trace)
    return 1


def leave(status, interrupted):
    """Returns only when the interpreter has to take everything down itself."""
    threading = sys.modules.get('threading')
    if threading is not None:
        threading._shutdown()
    atexit._run_exitfuncs()
    if not is_clean():
        gc.unfreeze()  # or cycles through the script's globals would be left
        return
    if interrupted:
        import _signal

        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
        posix.kill(posix.getpid(), _signal.SIGINT)
    posix._exit(status & 0xFF)


def is_clean():
    """Whether everything is flushed, and nothing left that does something when it is freed."""
    if unfinished or sys.warnoptions or sys.flags.dev_mode:
        return False
    left = gc.get_objects()
    try:
        for each in left:
            if type(each) not in plain and not is_plain_kind(type(each)):
                return False
        for each in writers:
            if not each.closed:
                each.flush()
        for each in left:
            if type(each) in WRITTEN and not each.closed and each.writable():
                each.flush()
    except BaseException:
        return False
    return True


def is_plain_kind(kind):
    if kind in SILENT or kind in WRITTEN:
        return True
    if kind.__module__ == 'socket' and kind.__name__ in ('socket', 'SocketIO'):
        return True
    module = sys.modules.get(kind.__module__)
    return not hasattr(kind, '__del__') and getattr(module, '__file__', None or '.py')[-3:] != '.so'


if len(sys.argv) < 2:
    sys.exit('usage: python3 python.py SCRIPT ARGUMENTS, with kinetd_forkserver.so preloaded')
del sys.argv[0]
ending = run(*park(sys.argv[0]))
leave(*ending)
sys.exit(ending[0])

"""
Plays the daemon for the tests of the fork server: launches a program as the daemon does, parked or executed, and talks
to it. Reads jobs as JSON from standard input and writes what came of each of their steps as JSON. Each job has a daemon
of its own.

A process of its own, with calls that node has not got: descriptors sent beside a message, who sent one, wait4.
"""
import array
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
import threading



def launch(argv, environment, descriptors):
    """As native/become.c: session, signals, descriptors, ids, umask, nice, limits, directory."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_DFL)
        copies = [os.dup(fd) for fd in descriptors]
        for number, fd in enumerate(copies):
            os.dup2(fd, number)
        os.closerange(3, 1000)
        if 'uid' in job:
            os.setresgid(job['gid'], job['gid'], job['gid'])
            os.setgroups(job['groups'])
            os.setresuid(job['uid'], job['uid'], job['uid'])
        os.umask(job.get('umask', 0o022))
        os.nice(job.get('nice', 0))
        for name, value in job.get('limits', {}).items():
            resource.setrlimit(getattr(resource, 'RLIMIT_' + name.upper()), (value, value))
        os.chdir(job.get('directory', '/'))
        os.execve(argv[0] if 'program' not in job else job['program'], argv, dict(v.split('=', 1) for v in environment))
    finally:
        os._exit(127)


def start():
    errors, errors_end = os.pipe()
    nothing = os.open('/dev/null', os.O_RDWR)
    environment = job['environment'] + [
        'LD_PRELOAD=' + ' '.join(filter(None, [os.environ.get('LD_PRELOAD'), job['library']])),
        'KINETD_FORKSERVER=' + job['mode'],
        'LD_BIND_NOW=kinetd',
    ] + job.get('parkedEnvironment', [])
    environment += [f'{name}={os.environ[name]}' for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS') if name in os.environ]
    pid = launch(job.get('parkedArgv', job['argv']), environment, [parked_end.fileno(), nothing, errors_end])
    parked_end.close()
    os.close(errors_end)
    os.close(nothing)
    said = bytearray()

    def listen():
        while chunk := os.read(errors, 65536):
            said.extend(chunk)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    return pid, said, listener


def receive():
    """The next message: its kind, its numbers or text, and who sent it."""
    data, ancillary, _, _ = control.recvmsg(1 << 16, socket.CMSG_SPACE(12))
    sender = struct.unpack('3i', ancillary[0][2]) if ancillary else None
    if not data:
        return {'kind': ''}
    kind = chr(data[0])
    if kind == 'S':
        return {'kind': kind, 'id': struct.unpack('<I', data[1:])[0], 'sender': sender}
    if kind == 'E':
        id, error = struct.unpack('<II', data[1:])
        return {'kind': kind, 'id': id, 'errno': error}
    return {'kind': kind, 'text': data[1:].decode(errors='replace')}


def until_parked():
    files = []
    while True:
        message = receive()
        if message['kind'] != 'F':
            return {**message, 'files': files}
        files.append(message['text'])


def send(data, descriptors):
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', descriptors))] if descriptors else []
    control.sendmsg([data], rights)


def ended(pid):
    _, status, usage = os.wait4(pid, 0)
    return {'status': os.waitstatus_to_exitcode(status), 'cpu': usage.ru_utime + usage.ru_stime}


def converse(step, begin):
    """A connection: its input, what is written to its three descriptors, and how its server ends."""
    ours, theirs = socket.socketpair()
    errors, errors_end = os.pipe()
    begun = begin([theirs.fileno(), theirs.fileno(), errors_end if step.get('apart') else theirs.fileno()])
    theirs.close()
    os.close(errors_end)
    if 'pid' not in begun:
        return begun
    if step.get('gone'):
        ours.close()
        return {**begun, **ended(begun['pid'])}
    if step.get('input'):
        ours.sendall(step['input'].encode())
    ours.shutdown(socket.SHUT_WR)
    output = bytearray()
    try:
        while chunk := ours.recv(65536):
            output.extend(chunk)
    except ConnectionResetError:
        pass  # the server has not read everything
    said = bytearray()
    while chunk := os.read(errors, 65536):
        said.extend(chunk)
    os.close(errors)
    text = {'output': output.decode(errors='replace'), 'errors': said.decode(errors='replace')}
    return {**begun, **ended(begun['pid']), **text}


next_id = 1


def request(step):
    global next_id
    id = step.get('id', next_id)
    next_id += 1
    environment = ''.join(v + '\0' for v in job['environment'] + step.get('environment', [])).encode()

    def begin(descriptors):
        send(struct.pack('<I', id) + environment, descriptors)
        message = receive()
        return {**message, 'pid': message['sender'][0]} if message['kind'] == 'S' else message

    return converse(step, begin)


def execute(step):
    environment = job['environment'] + step.get('environment', [])
    return converse(step, lambda descriptors: {'pid': launch(job['argv'], environment, descriptors)})


def held():
    """What the fork server takes up: descriptors, and kilobytes of its own."""
    fields = dict(line.split(':', 1) for line in open(f'/proc/{parked}/smaps_rollup') if ':' in line)
    return {'descriptors': len(os.listdir(f'/proc/{parked}/fd')), 'kilobytes': int(fields['Pss_Anon'].split()[0])}


def many(step):
    """Requests, ten at a time, with the same descriptors; and what the fork server took up after a tenth and at the end."""
    before = None
    failed = 0
    reading, writing = os.pipe()
    nothing = os.open('/dev/null', os.O_RDWR)
    environment = ''.join(v + '\0' for v in job['environment']).encode()
    for i in range(step['count'] // 10):
        for _ in range(10):
            send(struct.pack('<I', i) + environment, [nothing, writing, nothing])
        for _ in range(10):
            data, ancillary, _, _ = control.recvmsg(16, socket.CMSG_SPACE(12))
            failed += data[:1] != b'S' or os.waitpid(struct.unpack('3i', ancillary[0][2])[0], 0)[1] != 0
        failed += os.read(reading, 65536).decode() != step['output'] * 10
        if i == step['count'] // 100:
            before = held()
    return {'failed': failed, 'before': before, 'after': held()}


def raw(step):
    descriptors = [os.open('/dev/null', os.O_RDWR) for _ in range(step.get('descriptors', 0))]
    send(bytes.fromhex(step['hex']) + b'x' * step.get('filling', 0), descriptors)
    for fd in descriptors:
        os.close(fd)
    return receive()


def kill(step):
    os.kill(parked, getattr(signal, step['signal']))
    return ended(parked)


def end(_step):
    control.shutdown(socket.SHUT_WR)
    return ended(parked)


def limit(step):
    kind = getattr(resource, 'RLIMIT_' + step['name'].upper())
    resource.prlimit(parked, kind, (step['value'], resource.prlimit(parked, kind)[1]))
    return {}


def write(step):
    """At a time of its own, as the file tells it."""
    with open(step['path'], 'w') as file:
        file.write(step['text'])
    os.utime(step['path'], (step['modified'],) * 2)
    return {}


steps = {'request': request, 'exec': execute, 'many': many, 'raw': raw, 'kill': kill, 'end': end, 'held': lambda _: held(),
         'limit': limit, 'write': write}

def story():
    global parked
    parked, said, listener = start() if 'mode' in job else (0, b'', None)
    first = until_parked() if parked else {'kind': ''}
    if parked and first['kind'] not in ('R', ''):
        first.update(ended(parked))
    results = [steps[step['do']](step) for step in job['steps']] if not parked or first['kind'] == 'R' else []
    if parked:
        try:
            os.kill(parked, signal.SIGKILL)
        except ProcessLookupError:
            pass
        # All of what it has said; a server that outlives it may have the other end too.
        listener.join(timeout=5)
    return {
        'pid': os.getpid(),
        'parked': parked,
        'first': first,
        'results': results,
        'said': said.decode(errors='replace'),
    }


def main():
    global job, control, parked_end
    stories = []
    for job in json.load(sys.stdin):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            signal.alarm(50)
            control, parked_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            with open(writing, 'w') as result:
                json.dump(story(), result)
            os._exit(0)
        os.close(writing)
        with open(reading) as result:
            stories.append(json.load(result))
        os.waitpid(pid, 0)
    json.dump(stories, sys.stdout)


main()

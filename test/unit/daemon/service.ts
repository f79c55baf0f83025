/** A complete Service for tests of the code that works with Services. */
import type { Service, ServiceLimits } from '../../../src/model/mod.ts';

interface Changes {
  readonly name?: string;
  readonly port?: number;
  readonly address?: string;
  readonly wait?: boolean;
  readonly file?: string;
  readonly protocol?: Service['protocol'];
  readonly limits?: Partial<ServiceLimits>;
  readonly access?: Partial<Service['access']>;
}

const unlimited: ServiceLimits = {
  instances: undefined,
  perSource: undefined,
  cps: undefined,
  startsPerMinute: undefined,
  rates: undefined,
  queue: undefined,
  timeout: undefined,
  maxLoad: undefined,
};

export function serviceOf(id: string, changes: Changes = {}): Service {
  return {
    id,
    name: changes.name ?? id,
    origin: { file: changes.file ?? '/etc/xinetd.conf', line: 1 },
    socketType: 'stream',
    protocol: changes.protocol ?? { name: 'tcp', number: 6 },
    wait: changes.wait ?? false,
    endpoints: [
      {
        family: 'inet',
        address: changes.address ?? '127.0.0.1',
        port: changes.port ?? 7,
        stack: 'only',
        device: undefined,
        implied: false,
      },
    ],
    behindTcpmux: undefined,
    socket: { keepAlive: false, noDelay: false, backlog: 64, sendBuffer: undefined, receiveBuffer: undefined },
    limits: { ...unlimited, ...changes.limits },
    access: {
      onlyFrom: undefined,
      noAccess: [],
      names: undefined,
      hostsName: undefined,
      times: undefined,
      ...changes.access,
    },
    identification: undefined,
    banners: undefined,
    logging: { sink: undefined, onSuccess: new Set(), onFailure: new Set(), format: 'xinetd', addressPrivacy: 'full' },
    rpc: undefined,
    server: {
      kind: 'program',
      forkserver: undefined,
      stderr: 'client',
      socketPassing: 'stdio',
      launch: {
        program: '/bin/cat',
        argv: ['cat'],
        environment: [],
        variables: ['REMOTE_HOST'],
        identity: undefined,
        umask: 0o22,
        nice: 0,
        resourceLimits: [],
        rootDirectory: undefined,
        workingDirectory: '/',
        noNewPrivileges: false,
      },
    },
  };
}

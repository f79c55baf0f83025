/** How important a message of the daemon itself is; xinetd's words, most important first. */
export type DaemonLevel = 'CRITICAL' | 'ERROR' | 'WARNING' | 'NOTICE' | 'INFO' | 'DEBUG';

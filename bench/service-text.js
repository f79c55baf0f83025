/** A service in the words of xinetd.conf(5), on 127.0.0.1 and for TCP, as all comparisons have it. */
import { userInfo } from 'node:os';

/**
 * @param {string} name
 * @param {number} port
 * @param {readonly string[]} argv the program's absolute path and its arguments
 * @param {string} [more] further lines
 */
export function serviceText(name, port, [path, ...words], more = '') {
  return `service ${name}
{
\ttype        = UNLISTED
\tsocket_type = stream
\tprotocol    = tcp
\twait        = no
\tbind        = 127.0.0.1
\tport        = ${port}
\tuser        = ${userInfo().username}
\tserver      = ${path}
${words.length === 0 ? '' : `\tserver_args = ${words.join(' ')}\n`}${more}}
`;
}

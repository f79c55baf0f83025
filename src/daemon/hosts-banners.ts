/**
 * Banners of hosts.allow and hosts.deny (hosts_options(5)): the file in the rule's folder that is called like the service,
 * written for each client anew.
 */
import { expandBanner } from '../access/mod.ts';
import type { HostName } from '../model/mod.ts';
import { type BannerFiles, largestBanner } from './banner-files.ts';

export class HostsBanners {
  readonly #files: BannerFiles;
  readonly #nameOf: (address: string) => HostName | undefined;

  /** @param nameOf undefined: not known yet */
  constructor(files: BannerFiles, nameOf: (address: string) => HostName | undefined) {
    this.#files = files;
    this.#nameOf = nameOf;
  }

  /**
   * @param daemon the name of the service in the files
   * @returns undefined when there is nothing to send; `ask`: the banner holds the name of this address
   */
  bannerFor(
    folder: string,
    daemon: string,
    client: string,
    local: string,
  ): { readonly bytes: Uint8Array } | { readonly ask: string } | undefined {
    // A relative path stands against /, where xinetd goes.
    const bytes = this.#files.bytesOf(`${folder.startsWith('/') ? '' : '/'}${folder}/${daemon}`, daemon);
    if (bytes === undefined || bytes.length === 0) return undefined;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const expanded = expandBanner(text, { daemon, client, local, nameOf: this.#nameOf, pid: process.pid });
    if ('ask' in expanded) return expanded;
    return { bytes: Buffer.from(expanded.text.slice(0, largestBanner), 'latin1') };
  }
}

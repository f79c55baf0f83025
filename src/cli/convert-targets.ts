/** What `kinetd convert --to` takes. */
export const convertTargets = ['kinetd', 'xinetd', 'inetd', 'systemd'] as const;
export type ConvertTarget = (typeof convertTargets)[number];

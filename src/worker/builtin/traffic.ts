/** What a task reports at its end: bytes from and to its client, or to all of them. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

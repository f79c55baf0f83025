/** What the worker says over HTTP. */
export { Scrape } from './scrape.ts';

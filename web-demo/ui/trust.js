// The directories trusted on this page: the demonstration's, those added, and that of a key made here. Checked by the core before they count.
import { engine } from './engine.js';

const ADDED = 'watermark-directories';
const NO_DEMO = 'watermark-no-demo';

let demo;
let mine;
let added = [];
const listeners = new Set();

const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* kept until the page closes */ } },
};

async function entry(kind, text) {
  return { kind, text, listing: await engine.readDirectory(text) };
}

let loading;

/** Reads what counts, once; every check waits for it. */
export function load() {
  loading ??= read();
  return loading;
}

async function read() {
  const response = await fetch('samples/demo.directory.json');
  demo = { ...(await entry('demo', await response.text())), removed: store.get(NO_DEMO) === 'true' };
  for (const text of JSON.parse(store.get(ADDED) ?? '[]')) {
    // One that a newer version no longer accepts is left out rather than stopping everything.
    const known = await entry('added', text).catch(() => null);
    if (known) added.push(known);
  }
}

function changed() {
  store.set(ADDED, JSON.stringify(added.map((directory) => directory.text)));
  store.set(NO_DEMO, String(Boolean(demo?.removed)));
  for (const listener of listeners) listener();
}

export const onChange = (listener) => listeners.add(listener);
export const entries = () => [demo?.removed ? null : demo, mine, ...added].filter(Boolean);
export const texts = () => entries().map((directory) => directory.text);
export const demoRemoved = () => Boolean(demo?.removed);

export async function add(text) {
  const fresh = await entry('added', text);
  if (entries().some((directory) => directory.text === text)) return { ...fresh, twice: true };
  added.push(fresh);
  changed();
  return fresh;
}

export function remove(directory) {
  if (directory === demo) demo.removed = true;
  else if (directory === mine) mine = undefined;
  else added = added.filter((other) => other !== directory);
  changed();
}

export function restoreDemo() {
  demo.removed = false;
  changed();
}

export async function setMine(text) {
  mine = text && (await entry('mine', text));
  changed();
}

/** Whether a public key is the demonstration's or the visitor's own. */
export function kindOf(publicKey) {
  const lists = (directory) => directory?.listing.keys.some((key) => key.public_key === publicKey);
  if (lists(mine)) return 'mine';
  return lists(demo) ? 'demo' : null;
}

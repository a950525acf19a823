// Check: files in by drop, choice, paste or share; read one after another; the one looked at is shown in full.
import { $, el, acceptDrop, photo } from './dom.js';
import { engine, inspect } from './engine.js';
import * as finding from './finding.js';
import { t, has, number } from './text.js';
import * as trust from './trust.js';
import * as verdict from './verdict.js';

let items = [];
let shown;
let work;
/** Sample pictures, made by `cargo xtask samples`: [name, width, height]. */
const SAMPLES = [['signed', 768, 1033], ['messenger', 691, 930], ['stranger', 768, 512], ['unmarked', 768, 512]];

export function start() {
  acceptDrop($('drop'), take);
  $('check-stop').addEventListener('click', () => work?.abort());
  $('files').addEventListener('change', (event) => {
    take([...event.target.files]);
    event.target.value = '';
  });
  document.addEventListener('paste', (event) => {
    const files = [...event.clipboardData.files];
    if (files.length && !$('view-check').hidden) take(files);
  });
  trust.onChange(again);
  drawSamples();
}

/** Takes in files; of several, the first is shown until another is chosen. */
export async function take(files) {
  if (files.length === 0) return;
  for (const item of items) [item.url, item.mapUrl].filter(Boolean).forEach((url) => URL.revokeObjectURL(url));
  items = files.map((file) => ({ file, name: file.name || 'image', url: URL.createObjectURL(file) }));
  shown = items[0];
  $('finding').hidden = true;
  $('check-desk').classList.add('compact');
  await readAll(items);
}

async function readAll(batch) {
  work?.abort(); // what was read until now, other files come in its place
  const { signal } = (work = new AbortController());
  draw();
  $('check-stop').hidden = false;
  for (const item of batch) {
    await read(item, signal);
    if (batch !== items) return;
    if (signal.aborted) break;
    draw();
    if (item === shown) {
      finding.show($('finding'), item);
      $('finding').focus({ preventScroll: true });
    }
  }
  $('check-stop').hidden = true;
  if (signal.aborted) {
    $('check-status').textContent = t('check.stopped');
    return;
  }
  const done = batch.length === 1 ? t('check.done', { file: shown.name, sentence: verdict.sentence(shown.report) }) : count();
  // Of one picture the sentence stands below in large letters; who listens instead of looking hears it here.
  $('check-status').replaceChildren(el('span', { class: batch.length === 1 ? 'hidden' : '', text: done }));
}

async function read(item, signal) {
  const status = (key) => { $('check-status').textContent = t(key, { file: item.name }); };
  status('check.working');
  item.checkedAt = new Date().toISOString();
  try {
    await trust.load();
    const found = await inspect(item.file, trust.texts(), { file: item.name, signal, onProgress: (stage) => status(`check.stage.${stage}`) });
    Object.assign(item, found);
  } catch (error) {
    if (signal.aborted) return;
    item.misplaced = error.code === 'not-an-image' && (await isDirectory(item.file));
    const key = item.misplaced ? 'error.a-directory' : `error.${error.code}`;
    const reason = t(has(key) ? key : 'error.other');
    // In the shape of the report that the command line prints for such a file.
    item.report = { schema: 'watermark-verify/1', file: item.name, verdict: 'error', error: reason, beacon: { decoded: false } };
    item.detail = item.misplaced ? null : error.message;
  }
}

/** A key directory, handed over where pictures belong. */
const isDirectory = async (file) => file.size < 1 << 20 && engine.readDirectory(await file.text()).then(() => true, () => false);

const count = () => t('check.count', { done: number(items.filter((item) => item.report).length), all: number(items.length) });

function draw() {
  const queue = $('queue');
  queue.hidden = items.length < 2;
  if (queue.hidden) return;
  queue.replaceChildren(...items.map((item) => el('li', {},
    el('button', { type: 'button', 'aria-pressed': String(item === shown), onclick: () => choose(item) },
      photo({ src: item.url, alt: '', loading: 'lazy' }),
      el('span', { class: 'file-name', text: item.name }),
      el('span', { class: item.report ? `tone-${verdict.tone(item.report)}` : 'quiet', text: item.report ? verdict.kind(item.report) : t('check.waiting') })))));
}

function choose(item) {
  shown = item;
  draw();
  if (item.report) finding.show($('finding'), item);
  else $('finding').hidden = true;
}

/** Judges again what was read, by the directories as they are now. */
async function again() {
  if (!items.some((item) => item.report)) return;
  items = [...items];
  await readAll(items);
}

function drawSamples() {
  $('samples').replaceChildren(...SAMPLES.map(([name, width, height]) => el('li', {},
    el('button', { type: 'button', onclick: () => goToSample(name) },
      el('img', { src: `samples/${name}.jpg`, alt: '', width, height, decoding: 'async' }),
      el('span', { text: t(`sample.${name}`) })))));
}

/** By its address, so that it can be passed on; chosen once more it is checked once more. */
function goToSample(name) {
  const address = `#check=${name}`;
  if (location.hash === address) takeSample(name);
  else location.hash = address;
}

/** A deep link's sample. */
export async function takeSample(name) {
  if (!SAMPLES.some(([sample]) => sample === name)) return;
  const response = await fetch(`samples/${name}.jpg`);
  await take([new File([await response.blob()], `${name}.jpg`, { type: 'image/jpeg' })]);
}

/** Words changed: everything made of them is made again. */
export function redraw() {
  drawSamples();
  draw();
  if (shown?.report) {
    finding.show($('finding'), shown);
    $('check-status').textContent = items.length > 1 ? count() : '';
  }
}

// Mark: a picture, what is stated about it, and a key made here -> a stamped file that was read back before it is offered.
import { $, el, acceptDrop, download, photo } from './dom.js';
import { compare } from './compare.js';
import { engine } from './engine.js';
import { t, has, number } from './text.js';
import * as trust from './trust.js';

const STORED = 'watermark-key';
/** Id of the notice that goes with a marked picture; its words are those of `watermark notice`. */
const NOTICE_ID = 'kr.download.1';
let notice = { ko: '', en: '' };

let file;
let preview;
let key;
let result;
let work;

const form = () => $('mark-form');
const who = () => form().elements.who.value.trim();
/** What the directory says until the visitor does. */
const name = () => who() || t('mark.who_default');

/** Whether the visitor gave the name that verifiers will read; asked for where not. */
function named() {
  if (who()) return true;
  $('mark-status').textContent = t('mark.who_missing');
  form().elements.who.focus();
  return false;
}

export function start() {
  acceptDrop($('mark-preview'), ([dropped]) => choose(dropped));
  $('mark-file').addEventListener('change', (event) => choose(event.target.files[0]));
  form().elements.realistic.addEventListener('change', (event) => { $('realistic-hint').hidden = !event.target.checked; });
  form().addEventListener('submit', (event) => { event.preventDefault(); mark(false); });
  $('mark-stop').addEventListener('click', () => work?.abort());
  $('key-new').addEventListener('click', () => guarded(makeKey));
  $('key-file').addEventListener('change', (event) => guarded(async () => {
    const pem = await event.target.files[0].text();
    event.target.value = '';
    await useKey(await engine.readKey(pem, { name: name(), systems: systems() }));
  }));
  $('key-save').addEventListener('click', () => download(key.pem, `${key.key_id}.pem`, 'application/x-pem-file'));
  $('key-directory').addEventListener('click', () => guarded(async () => {
    if (!named()) return;
    await relist();
    download(key.directory, `${key.key_id}.directory.json`, 'application/json');
  }));
  $('key-keep').addEventListener('change', keep);
  $('notice-copy').addEventListener('click', () => navigator.clipboard.writeText(`${$('notice-text').textContent}\n${$('notice-text-en').textContent}`));
  $('notice-dialog').addEventListener('close', () => {
    if ($('notice-dialog').returnValue === 'download') download(result.bytes, result.name, `image/${result.record.format}`);
  });
  loadNotice().catch(() => {}); // asked for again when it is due
  redraw();
}

async function loadNotice() {
  if (notice.ko) return;
  const response = await fetch(new URL('../i18n/notices.json', import.meta.url));
  notice = (await response.json()).find(({ id }) => id === NOTICE_ID);
}

/** A key that an earlier visit kept. */
export async function restore() {
  const stored = read();
  if (!stored) return;
  form().elements.who.value = stored.name;
  $('key-keep').checked = true;
  await useKey(await engine.readKey(stored.pem, { name: name() }));
}

function read() {
  try { return JSON.parse(localStorage.getItem(STORED)); } catch { return null; }
}

function keep() {
  try {
    if ($('key-keep').checked && key) localStorage.setItem(STORED, JSON.stringify({ pem: key.pem, name: who() }));
    else localStorage.removeItem(STORED);
  } catch { $('key-keep').checked = false; }
  drawKey();
}

const systems = () => [form().elements.system.value.trim()].filter(Boolean);

async function makeKey() {
  await useKey(await engine.makeKey({ name: name(), systems: systems() }));
}

/** The directory says what the form says now. */
async function relist() {
  await useKey(await engine.readKey(key.pem, { name: name(), systems: systems() }));
}

async function useKey(fresh) {
  key = fresh;
  keep();
  await trust.setMine(key.directory);
}

function drawKey() {
  const kept = Boolean(key && read()?.pem === key.pem);
  $('key-state').textContent = key ? t(kept ? 'mark.key_kept' : 'mark.key_have', { key: key.key_id }) : t('mark.key_none');
  $('key-save').hidden = $('key-directory').hidden = !key;
}

function choose(chosen) {
  if (chosen) {
    if (preview) URL.revokeObjectURL(preview);
    clear();
    file = chosen;
    preview = URL.createObjectURL(file);
    $('mark-preview').replaceChildren(photo({ src: preview, alt: t('check.picture', { file: file.name }) }, t('check.unseen')));
  }
  $('mark-name').textContent = file?.name ?? t('mark.none');
}

/** Nothing of one picture stays beside the next. */
function clear() {
  work?.abort();
  for (const url of [result?.before, result?.after]) if (url) URL.revokeObjectURL(url);
  result = undefined;
  $('marked').hidden = true;
  $('mark-status').textContent = '';
}

async function guarded(task) {
  try {
    await task();
  } catch (error) {
    const known = `error.${error.code}`;
    const words = t(has(known) ? known : 'error.other');
    $('mark-status').replaceChildren(
      el('span', { text: error.code === 'aborted' ? t('mark.stopped') : words }),
      error.code === 'aborted' ? '' : el('span', { class: 'quiet', text: ` ${t('error.detail', { text: error.message })} ` }),
      error.code === 'already-marked' ? el('button', { class: 'plain', type: 'button', text: t('mark.force'), onclick: () => mark(true) }) : '');
  }
}

async function mark(force) {
  if (!file) {
    $('mark-status').textContent = t('mark.none');
    return $('mark-file').focus();
  }
  if (!named()) return;
  clear();
  work = new AbortController();
  $('mark-go').disabled = true;
  $('mark-stop').hidden = false;
  await guarded(async () => {
    if (key) await relist();
    else await makeKey();
    const fields = new FormData(form());
    const [system] = systems();
    const stamped = await engine.stamp(file, {
      key: key.pem,
      origin: fields.get('origin'),
      realistic: fields.has('realistic'),
      artistic: fields.has('artistic'),
      ...(system && { system }),
      ...(fields.get('badge') && { badge: fields.get('badge') }),
      profiles: fields.getAll('profile'),
      provider: who(),
      force,
      signal: work.signal,
      onProgress: (stage) => { $('mark-status').textContent = t(`mark.stage.${stage}`); },
    });
    const extension = { jpeg: 'jpg' }[stamped.record.format] ?? stamped.record.format;
    result = {
      ...stamped,
      file,
      realistic: fields.has('realistic'),
      name: `${file.name.replace(/\.[^.]*$/, '')}.marked.${extension}`,
      before: URL.createObjectURL(file),
      after: URL.createObjectURL(new Blob([stamped.bytes], { type: `image/${stamped.record.format}` })),
    };
    drawResult();
    $('marked').focus();
  });
  $('mark-go').disabled = false;
  $('mark-stop').hidden = true;
}

function drawResult() {
  const { record, bytes, before, after } = result;
  const done = t(record.profile === 'sealed' ? 'mark.done' : 'mark.done_beacon');
  $('mark-status').textContent = ''; // the heading below takes the focus and says it
  const psnr = record.psnr_db === null ? t('mark.identical') : t('mark.psnr', { db: number(record.psnr_db, 1) });
  // What `layers` says in the page's own words is not said twice.
  const notes = record.notes.filter(({ code }) => code !== 'unlabelled').map((note) => (has(`note.${note.code}`) ? t(`note.${note.code}`) : note.text));
  $('marked').replaceChildren(
    el('h2', { text: done }),
    ...layers(record),
    el('p', { class: 'quiet', text: t('mark.facts', { key: record.key_id, serial: record.serial, strength: number(record.strength, 1), psnr }) }),
    ...notes.map((text) => el('p', { class: 'hint', text })),
    el('p', {}, el('button', { class: 'button', type: 'button', text: t('mark.download', { file: result.name }), onclick: askFirst })),
    compare({ before, after, width: record.width, height: record.height, difference: () => engine.difference(result.file, bytes.slice(), 16) }),
  );
  $('marked').hidden = false;
}

/** What lies in the file beside the mark, and what a law that was chosen asks for and did not get. */
function layers({ badge, labels }) {
  const named = (layer) => t(layer === 'badge' ? 'layer_name.badge' : `layer_name.${layer}`, { text: badge?.text });
  const carried = labels?.layers ?? (badge ? ['badge', 'mark'] : []);
  const lacking = (labels?.missing ?? []).map((layer) => t(layer === 'badge' ? 'layer_name.badge_any' : `layer_name.${layer}`));
  return [
    carried.length && el('p', { text: t('mark.layers', { layers: carried.map(named).join(', ') }) }),
    lacking.length && el('p', { class: 'hint', text: t('mark.layers_missing', { layers: lacking.join(', ') }) }),
  ].filter(Boolean);
}

/** The Act's notice comes before the file does; where a chosen law owes another, that one. */
function askFirst() {
  return guarded(async () => {
    await loadNotice();
    const { ko, en } = result.record.labels?.notice?.texts ?? notice;
    $('notice-text').textContent = ko;
    $('notice-text-en').textContent = en;
    $('notice-realistic').hidden = !result.realistic || Boolean(result.record.badge);
    $('notice-dialog').returnValue = '';
    $('notice-dialog').showModal();
  });
}

export function redraw() {
  choose();
  drawKey();
  if (result) drawResult();
}

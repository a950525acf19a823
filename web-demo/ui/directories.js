// Directories: whom this page trusts, to be seen, added to and removed.
import { $, el } from './dom.js';
import { figure } from './rosette.js';
import { t, has, moment, number } from './text.js';
import * as trust from './trust.js';

export function start() {
  $('directory-file').addEventListener('change', async (event) => {
    const files = [...event.target.files];
    event.target.value = '';
    $('directory-status').replaceChildren();
    for (const file of files) await add(await file.text(), file.name);
  });
  $('directory-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    $('directory-status').replaceChildren();
    if (await add($('directory-text').value)) $('directory-text').value = '';
  });
  trust.onChange(redraw);
}

/** Adds one; of several files each has its line, and a file that was refused its name. */
async function add(text, file) {
  const say = (line) => $('directory-status').append(el('p', { text: line }));
  try {
    const { listing, twice } = await trust.add(text);
    say(twice ? t('directories.twice', { name: listing.name }) : t('directories.added', { name: listing.name }));
    return true;
  } catch (error) {
    const key = `error.${error.code}`;
    say(`${file ? `${file}: ` : ''}${t(has(key) ? key : 'error.other')} ${t('error.detail', { text: error.message })}`);
    return false;
  }
}

const limits = (key) => [
  key.valid_from && t('directories.from', { time: moment(key.valid_from) }),
  key.valid_until && t('directories.until', { time: moment(key.valid_until) }),
  key.revoked_at && `${t('directories.revoked', { time: moment(key.revoked_at) })}${key.revocation_reason ? `: ${key.revocation_reason}` : ''}`,
].filter(Boolean).join(', ');

/** Long lists are cut; the file has the rest. */
const SHOWN = 12;

function card(directory) {
  const { listing, kind } = directory;
  const name = (document.documentElement.lang === 'ko' && listing.name_ko) || listing.name;
  return el('li', {},
    figure('verified', listing.keys[0]?.public_key),
    el('div', {},
      el('h2', { text: name }),
      kind !== 'added' && el('p', { class: 'tag', text: t(`directories.${kind}`) }),
      el('p', { class: 'quiet', text: [listing.contact, listing.url, t('directories.keys', { n: number(listing.keys.length) })].filter(Boolean).join(' · ') }),
      el('ul', {}, listing.keys.slice(0, SHOWN).map((key) => el('li', { text: [t('directories.key', { key: key.id }), limits(key)].filter(Boolean).join(', ') }))),
      listing.systems.length > 0 && el('p', { class: 'quiet', text: t('directories.systems', { list: listing.systems.slice(0, SHOWN).join(', ') }) }),
      el('button', { class: 'plain', type: 'button', text: t('directories.remove'), 'aria-label': t('directories.remove_named', { name }), onclick: () => trust.remove(directory) })));
}

export function redraw() {
  const entries = trust.entries();
  $('directory-list').replaceChildren(
    ...entries.map(card),
    ...(entries.length ? [] : [el('li', {}, el('div'), el('p', { text: t('directories.none') }))]),
    ...(trust.demoRemoved() ? [el('li', {}, el('div'), el('button', { class: 'plain', type: 'button', text: t('directories.restore'), onclick: trust.restoreDemo }))] : []));
}

// One picture's finding: the verdict as one sentence, then the evidence in layers, each a disclosure with its own one-line summary.
import { compare } from './compare.js';
import { el, download, photo } from './dom.js';
import { figure } from './rosette.js';
import { t, joined, number, moment } from './text.js';
import * as verdict from './verdict.js';
import { toHtml, toJson } from './report.js';

const facts = (rows, standing) => el('table', { class: 'facts' }, el('tbody', {}, rows.map(([field, value]) =>
  el('tr', {}, el('th', { scope: 'row', text: t(`field.${field}`) }), el('td', { text: value }), standing && el('td', { class: `standing ${standing}`, text: t(`standing.${standing}`) })))));

const list = (lines) => el('ul', {}, lines.map((text) => el('li', { text })));

function layer(name, summary, content, open = false) {
  return el('details', { open },
    el('summary', {}, el('div', {}, el('b', { text: t(`layer.${name}`) }), el('span', { text: summary }))),
    el('div', { class: 'layer' }, content));
}

function who(report) {
  const rows = verdict.signer(report);
  if (rows.length === 0) return null;
  const summary = t('layer.who.verified', { issuer: verdict.issuer(report), time: moment(report.payload?.time) });
  return layer('who', summary, facts(rows), true);
}

function statement(report) {
  const rows = verdict.statements(report);
  if (rows.length === 0) return null;
  const standing = report.payload?.authenticated ? 'signed' : 'claimed';
  return layer('statement', t(`layer.statement.${standing}`, { n: rows.length }), facts(rows, standing), report.verdict !== 'verified');
}

function picture(report) {
  if (!report.registration) return null;
  const lines = verdict.history(report);
  return layer('picture', lines[0] === t('picture.as_it_was') ? t('layer.picture.none') : lines[0], list(lines));
}

/** Where the mark is missing, drawn over the picture, and in numbers for those who do not see it. */
function changed(item) {
  const { regions, image } = item.report;
  if (!regions?.length) return null;
  item.mapUrl ??= item.map && URL.createObjectURL(new Blob([item.map], { type: 'image/png' }));
  return layer('map', t('layer.map.count', { n: regions.length }), [
    item.mapUrl && compare({ before: item.url, after: item.mapUrl, width: image.width, height: image.height, words: 'map' }),
    list(verdict.regions(item.report)),
  ].filter(Boolean), true);
}

function strength(report) {
  if (!report.detection) return null;
  const summary = t(`strength.summary.${report.detection.significant ? 'strong' : 'none'}`);
  return layer('strength', summary, list(verdict.strength(report)));
}

function labels(found) {
  const summary = found.length ? t('layer.labels.count', { n: found.length }) : t('layer.labels.none');
  const rows = found.map((label) => el('tr', {},
    el('th', { scope: 'row', text: `${t(`labels.place.${label.place}`)} ${label.place === 'c2pa' ? '' : label.name}` }),
    el('td', { text: label.place === 'c2pa' ? t('labels.c2pa') : label.value ?? '' }),
    el('td', { class: 'standing claimed', text: label.says_ai ? t('labels.says_ai') : '' })));
  return layer('labels', summary, [
    el('p', { class: 'quiet', text: t('labels.intro') }),
    rows.length > 0 && el('table', { class: 'facts' }, el('tbody', {}, rows)),
  ].filter(Boolean));
}

function bits(fields, title) {
  if (!fields) return [];
  const total = fields.reduce((sum, field) => sum + field.bits, 0);
  return [
    el('h3', { text: t(title, { n: total }) }),
    el('table', { class: 'facts bits' }, el('tbody', {}, fields.map((field) => el('tr', {},
      el('th', { scope: 'row', text: `${field.first_bit}–${field.first_bit + field.bits - 1} ${field.name}` }),
      el('td', { text: field.hex }))))),
  ];
}

function raw(item) {
  return layer('raw', t('layer.raw.summary'), [
    ...bits(item.beacon, 'raw.beacon'),
    ...bits(item.seal, 'raw.seal'),
    el('h3', { text: t('raw.json') }),
    el('pre', { tabindex: '0', 'aria-label': t('raw.json'), text: JSON.stringify(item.report, null, 1) }),
  ]);
}

/** The heading part alone: figure, kind, sentence. */
export function heading(report, level = 'h2') {
  const tone = `tone-${verdict.tone(report)}`;
  return el('div', { class: `verdict ${tone}`, 'data-verdict': report.verdict },
    figure(report.verdict, report.signature?.public_key ?? report.signature?.key ?? report.beacon?.key_id),
    el('div', {},
      el('p', { class: 'kind', text: verdict.kind(report) }),
      el(level, { class: 'sentence', text: joined(verdict.sentence(report)) })));
}

function actions(item) {
  const status = el('span', { role: 'status' });
  const copy = async () => {
    await navigator.clipboard.writeText(verdict.plainText(item.report));
    status.textContent = t('action.copied');
  };
  const name = item.report.file.replace(/\.[^.]*$/, '');
  return el('p', { class: 'row actions' },
    el('button', { class: 'plain', type: 'button', onclick: copy, text: t('action.copy') }),
    el('button', { class: 'plain', type: 'button', onclick: async () => download(await toHtml(item), `${name}.report.html`, 'text/html'), text: t('action.report') }),
    el('button', { class: 'plain', type: 'button', onclick: async () => download(await toJson(item), `${name}.report.json`, 'application/json'), text: t('action.json') }),
    status);
}

/** Fills `target` with what is known about a checked picture. */
export function show(target, item) {
  const { report } = item;
  const { image } = report;
  const caption = image
    ? t('check.caption', { file: report.file, width: number(image.width), height: number(image.height) })
    : report.file;
  const note = verdict.keyNote(report);
  const conclusion = verdict.conclusion(report);
  target.replaceChildren(
    el('figure', {},
      el('div', { class: 'sheet' }, photo({ src: item.url, alt: t('check.picture', { file: report.file }) }, t('check.unseen'))),
      el('figcaption', { text: caption })),
    el('div', {},
      heading(report),
      conclusion && el('p', { class: 'conclude', text: conclusion }),
      note && el('p', { class: 'demo', text: note }),
      item.byBrowser && el('p', { class: 'quiet', text: t('check.by_browser') }),
      item.misplaced && el('p', {}, el('a', { href: '#directories', text: t('directories.add') })),
      item.detail && el('p', { class: 'quiet', text: t('error.detail', { text: item.detail }) }),
      report.verdict === 'error' ? null : actions(item),
      report.verdict === 'error' ? null : [who(report), changed(item), statement(report), picture(report), strength(report), labels(item.labels ?? []), raw(item)]),
  );
  target.hidden = false;
}

// A finding as a file for the records: what was checked, with what, against whom, and what came out. JSON, or a page that prints.
import { hex, engine } from './engine.js';
import * as trust from './trust.js';
import { t, language, moment, number } from './text.js';
import * as verdict from './verdict.js';

const sha256 = async (buffer) => hex(await crypto.subtle.digest('SHA-256', buffer));

/** The report as an object: docs/page-report.schema.json. */
export async function build(item) {
  const encoder = new TextEncoder();
  const directories = trust.entries().map(async ({ text, listing }) => ({ organization: listing.name, sha256: await sha256(encoder.encode(text)) }));
  return {
    schema: 'watermark-page-report/1',
    checked_at: item.checkedAt,
    file: { name: item.report.file, bytes: item.file.size, sha256: await sha256(await item.file.arrayBuffer()) },
    tool: { name: 'watermark-wasm', version: await engine.version(), address: `${location.origin}${location.pathname}` },
    directories: await Promise.all(directories),
    language: language(),
    sentence: verdict.sentence(item.report),
    conclusion: verdict.conclusion(item.report),
    decoded_by_browser: Boolean(item.byBrowser),
    result: item.report,
    metadata_labels: item.labels ?? [],
  };
}

export const toJson = async (item) => `${JSON.stringify(await build(item), null, 2)}\n`;

/** In parts: a call takes only so many arguments. */
function base64(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export async function toHtml(item) {
  const report = await build(item);
  const row = ([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`;
  const named = (rows) => rows.map(([field, value]) => row([t(`field.${field}`), value])).join('\n');
  const lines = (items) => items.map((line) => `<p>${escaped(line)}</p>`).join('\n');
  const note = verdict.keyNote(item.report);
  return `<!doctype html>
<html lang="${language()}"><meta charset="utf-8">
<title>${escaped(report.file.name)}: ${escaped(verdict.kind(item.report))}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#17201d}
:lang(ko){word-break:keep-all}h1{font:500 1.5rem/1.35 Georgia,serif}h2{font-size:1rem;margin-top:1.6rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid #c3cdc8;padding:.3rem .8rem .3rem 0;overflow-wrap:anywhere}th{font-weight:500;width:12rem}
pre{font-size:.75rem;white-space:pre-wrap;overflow-wrap:anywhere}</style>
<h1>${escaped(report.sentence)}</h1>
${lines([report.conclusion, note].filter(Boolean))}
<h2>${escaped(t('check.tab'))}</h2>
<table>${[['SHA-256', report.file.sha256], [t('report.file'), t('report.bytes', { file: report.file.name, n: number(report.file.bytes) })], [t('report.checked'), moment(report.checked_at)],
    [t('report.program'), `${report.tool.name} ${report.tool.version}, ${report.tool.address}`],
    ...report.directories.map((d) => [t('report.directory'), `${d.organization} (SHA-256 ${d.sha256})`])].map(row).join('\n')}</table>
<h2>${escaped(t('layer.who'))}</h2><table>${named(verdict.signer(item.report))}</table>
<h2>${escaped(t('layer.statement'))}</h2><table>${named(verdict.statements(item.report))}</table>
<h2>${escaped(t('layer.picture'))}</h2>${lines(verdict.history(item.report))}
${item.map ? `<h2>${escaped(t('layer.map'))}</h2>${lines(verdict.regions(item.report))}<p><img alt="${escaped(t('map.after'))}" style="max-width:100%" src="data:image/png;base64,${base64(item.map)}"></p>` : ''}
<h2>${escaped(t('layer.strength'))}</h2>${lines(verdict.strength(item.report))}
<h2>${escaped(t('layer.raw'))}</h2><pre>${escaped(JSON.stringify(report, null, 1))}</pre>
<p>${escaped(t('footer.meaning'))}</p></html>
`;
}

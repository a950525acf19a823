// A report of the core -> words. Nothing is decided here: the verdict is taken as it is, and a sentence for it is looked up.
//
// A new verdict, key standing or kind of evidence needs a sentence in i18n/*.json and, for evidence, a row in a table below.
import { t, has, firstOf, number, moment } from './text.js';
import { kindOf } from './trust.js';

const TONES = { verified: 'good', 'unknown-issuer': 'doubt', 'bad-signature': 'bad', transplanted: 'bad', altered: 'doubt', marked: 'doubt', error: 'bad' };

export const tone = (report) => TONES[report.verdict] ?? 'plain';

/** What narrows a verdict down: later entries are tried first, and the first that has a sentence is taken. */
const qualifiers = (report) => [
  report.beacon?.decoded && report.verdict === 'marked' && 'claims',
  report.verdict === 'verified' && report.payload?.content_hash === null && 'unbound',
  report.signature?.valid && report.signature.key_status,
].filter(Boolean).reverse();

function sentenceOf(prefix, report) {
  const { verdict } = report;
  return firstOf(...qualifiers(report).map((q) => `${prefix}.${verdict}.${q}`), `${prefix}.${verdict}`, `${prefix}.other`);
}

/** The signer's name in the page's language. */
export const issuer = (report) => {
  const who = report.signature?.issuer;
  return (document.documentElement.lang === 'ko' && who?.name_ko) || who?.name || '';
};

export const origin = (report) => t(`origin.${report.beacon?.origin}`);

function values(report) {
  return {
    verdict: report.verdict,
    issuer: issuer(report),
    key: report.signature?.key ?? report.beacon?.key_id ?? '',
    key_status_at: moment(report.signature?.key_status_at),
    origin_quote: t('origin.quote', { origin: origin(report) }),
    reason: report.error ?? '',
  };
}

/** A mark that was read and says nothing that this version knows. */
const notUnderstood = ({ verdict, unreadable, beacon }) => verdict === 'marked' && unreadable && !beacon?.decoded;

/** Sentences that the core formed, in the page's language: the finding, then what is to be said with it. For what this page has no words for. */
const given = (report) => (has(`verdict.${report.verdict}`) && !notUnderstood(report) ? [] : report.conclusion?.[document.documentElement.lang] ?? []);

export const sentence = (report) => given(report)[0] ?? t(sentenceOf('verdict', report), values(report));
export const kind = (report) => t(notUnderstood(report) ? 'kind.not_understood' : firstOf(`kind.${report.verdict}`, 'kind.marked'));

export function conclusion(report) {
  if (given(report).length) return given(report).slice(1).join(' ');
  const key = sentenceOf('conclude', report);
  return [has(key) && t(key, values(report)), outside(report), transparent(report), unjudged(report), report.payload?.in_future && t('field.time.future')].filter(Boolean).join(' ');
}

/** How much of this picture is not the one that was stamped. */
function outside({ verdict, registration }) {
  const rounded = Math.round(100 * (registration?.outside ?? 0));
  return ['verified', 'altered'].includes(verdict) && rounded >= 1 && t('map.outside', { share: number(rounded) });
}

/** That a picture which lets its background show was judged on one of all backgrounds. */
function transparent({ verdict, image }) {
  const rounded = Math.round(100 * (image?.transparent ?? 0));
  return ['verified', 'altered', 'transplanted'].includes(verdict) && rounded >= 1 && t('map.transparent', { share: number(rounded) });
}

/** How much of the picture a verdict on the picture says nothing of. */
function unjudged({ verdict, unjudged: share }) {
  const rounded = Math.round(100 * (share ?? 0));
  return ['verified', 'altered'].includes(verdict) && rounded >= 1 && t('map.unjudged', { share: number(rounded) });
}

/** That a key proves nothing, or is the visitor's own, where that is so. */
export function keyNote(report) {
  const known = report.signature?.public_key && kindOf(report.signature.public_key);
  return known && t(`demo.${known}`);
}

const yesNo = (value) => t(value ? 'field.yes' : 'field.no');

/** The statements of a mark, in the order shown: [field, value]. Fields that are absent are left out. */
export function statements(report) {
  const { beacon, payload, signature } = report;
  if (!beacon?.decoded) return [];
  const rows = [
    ['origin', origin(report)],
    ['realistic', yesNo(beacon.realistic)],
    ['artistic', yesNo(beacon.artistic)],
    ['key', signature.key ?? beacon.key_id],
    ['serial', String(beacon.serial)],
  ];
  if (payload) {
    rows.push(
      ['time', `${moment(payload.time)} (${t('field.time.note')})`],
      ['system', payload.system?.words[document.documentElement.lang]],
      ['size', `${payload.width} × ${payload.height} px`],
      ['content_hash', payload.content_hash ?? t('field.content_hash.none')],
    );
  }
  return rows.filter(([, value]) => value);
}

/** Who signed: [field, value]. */
export function signer(report) {
  const { signature } = report;
  if (!signature?.valid) return [];
  const { issuer: who, key_status: status, key_status_at: at } = signature;
  return [
    ['issuer', who?.name],
    ['issuer_name_ko', who?.name_ko],
    ['contact', who?.contact],
    ['url', who?.url],
    ['time', `${moment(report.payload?.time)} (${t('field.time.note')})`],
    ['key', signature.key],
    ['public_key', signature.public_key],
    ['key_status', status && t(firstOf(`key_status.${status}`, 'key_status.unknown'), { at: moment(at) })],
  ].filter(([, value]) => value);
}

const percent = (value) => number(value * 100, 1);
const differs = (value, neutral, by = 2e-3) => typeof value === 'number' && Math.abs(value - neutral) > by;

/** Evidence of geometry and damage -> sentence, each with the rule by which it is worth a sentence. */
const CHANGES = [
  ({ scale_x: x, scale_y: y }) => (differs(x, 1) || differs(y, 1)) && (Math.abs(x / y - 1) < 2e-3
    ? t('picture.scaled', { value: percent(x) })
    : t('picture.stretched', { x: percent(x), y: percent(y) })),
  ({ rotation_deg: deg }) => differs(deg, 0, 0.05) && t('picture.rotation_deg', { value: number(deg, 1) }),
  ({ mirrored }) => mirrored && t('picture.mirrored'),
  ({ inverted }) => inverted && t('picture.inverted'),
  ({ growth_x: x, growth_y: y }) => (differs(x, 0) || differs(y, 0)) && t('picture.tilted', { x: percent(1 + x), y: percent(1 + y) }),
  ({ crop }) => crop && differs(crop.shown, 1, 5e-3) && t('picture.crop', { value: percent(crop.shown) }),
  ({ offset_x: x, offset_y: y }) => (differs(x, 0, 0.5) || differs(y, 0, 0.5)) && t('picture.moved', { x: number(x, 1), y: number(y, 1) }),
  ({ blur }) => differs(blur, 0, 0.05) && t(blur > 0 ? 'picture.blur.soft' : 'picture.blur.sharp'),
  ({ noise }) => differs(noise, 0, 0.05) && t('picture.noise', { value: number(noise, 1) }),
];

/** What happened to the picture since it was stamped, as sentences. */
export function history(report) {
  const { registration, payload, image, code, content } = report;
  if (!registration) return [t('picture.nothing')];
  const changes = CHANGES.map((change) => change(registration)).filter(Boolean);
  const lines = changes.length ? changes : [t('picture.as_it_was')];
  if (payload && image && (payload.width !== image.width || payload.height !== image.height)) {
    lines.push(t('picture.size', { width: payload.width, height: payload.height, now_width: image.width, now_height: image.height }));
  }
  if (content) lines.push(t(`picture.content.${content.comparison}`, { value: percent(content.disagreement) }));
  if (code?.seal?.corrected) lines.push(t('picture.repair', { corrected: number(code.seal.corrected), length: number(code.seal.length) }));
  return lines;
}

/** Each changed part in words. */
export const regions = (report) => (report.regions ?? []).map(({ x, y, width, height, share, cause }) =>
  t(firstOf(`map.region.${cause}`, 'map.region'), { x: number(x), y: number(y), width: number(width), height: number(height), share: percent(share) }));

const SUPERSCRIPT = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };
const superscript = (n) => [...String(n)].map((digit) => SUPERSCRIPT[digit]).join('');

/** The probability of chance, in words. */
export function strength(report) {
  const { detection } = report;
  if (!detection) return [];
  const exponent = Math.floor(-detection.log10_p);
  const n = 10 ** -detection.log10_p;
  const odds = detection.significant
    ? (exponent > 9 ? t('strength.never', { exponent: superscript(exponent) }) : t('strength.odds', { n: number(Number(n.toPrecision(2))) }))
    : t('strength.none', { n: number(n < 10 ? Math.max(1, Number(n.toPrecision(2))) : Math.round(n), 1) });
  return [
    odds,
    t('strength.rule', { candidates: number(detection.candidates) }),
    t('strength.statistic', { statistic: number(detection.statistic, 1), threshold: number(detection.threshold, 1) }),
  ];
}

/** The verdict as a few lines of plain text, for the clipboard. */
export const plainText = (report) => [`${report.file}: ${sentence(report)}`, conclusion(report), keyNote(report)].filter(Boolean).join('\n');

// Words: one JSON file a language, chosen by the visitor or the browser. Nothing else on the page holds sentences.

const LANGUAGES = ['en', 'ko'];
const STORED = 'watermark-language';
let words = {};
let code = 'en';

export function preferred() {
  const stored = read(STORED);
  if (LANGUAGES.includes(stored)) return stored;
  const wanted = navigator.languages?.map((l) => l.split('-')[0]) ?? [];
  return wanted.find((l) => LANGUAGES.includes(l)) ?? 'en';
}

export async function load(language) {
  const response = await fetch(new URL(`../i18n/${language}.json`, import.meta.url));
  words = await response.json();
  code = language;
  document.documentElement.lang = language;
}

export function remember(language) {
  try { localStorage.setItem(STORED, language); } catch { /* private mode: chosen again next time */ }
}

function read(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export const language = () => code;
export const has = (key) => key in words;

/** The sentence of `key` with `{names}` filled in; the key itself where a sentence is missing, so that it shows. */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** Keeps Korean particles with what they follow: browsers break lines after a bracket, quote or full stop, `keep-all` or not. */
export const joined = (text) => text.replace(/([^\s\p{L}\p{N}])(?=[가-힣])/gu, '$1\u2060');

/** The first of several keys that has a sentence. */
export const firstOf = (...keys) => keys.find(has) ?? keys.at(-1);

export function number(value, digits = 0) {
  return new Intl.NumberFormat(code, { maximumFractionDigits: digits }).format(value);
}

export function moment(iso) {
  if (!iso) return '';
  return new Intl.DateTimeFormat(code, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(iso)) + ' UTC';
}

/** Fills every element that names its words: `data-t` for text, `data-t-label` for the accessible name. */
export function translate(root = document) {
  for (const element of root.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll('[data-t-label]')) element.setAttribute('aria-label', t(element.dataset.tLabel));
}

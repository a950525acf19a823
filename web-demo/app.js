// Entry: words first, then the parts of the page, then the worker. Addresses: #check, #check=SAMPLE, #mark, #try, #directories.
import { $ } from './ui/dom.js';
import * as check from './ui/check.js';
import * as directories from './ui/directories.js';
import { engine, ready } from './ui/engine.js';
import * as mark from './ui/mark.js';
import * as text from './ui/text.js';
import * as trust from './ui/trust.js';
import * as tryout from './ui/try.js';

const VIEWS = ['check', 'mark', 'try', 'directories'];
/** Where the service worker leaves what another app shared with this one. */
const SHARED = 'shared-files';

function route() {
  const [name, argument] = location.hash.slice(1).split('=');
  const view = VIEWS.includes(name) ? name : 'check';
  for (const other of VIEWS) {
    $(`view-${other}`).hidden = other !== view;
    const link = document.querySelector(`nav a[href="#${other}"]`);
    if (other === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${text.t(`${view}.title`)} – watermark`;
  if (view === 'check' && argument) check.takeSample(decodeURIComponent(argument));
  if (view === 'try') tryout.open();
}

function words() {
  text.translate();
  $('language').textContent = text.t('language.other');
  $('language').lang = text.t('language.other_code');
}

async function switchLanguage() {
  const other = text.t('language.other_code');
  await text.load(other);
  text.remember(other);
  words();
  for (const part of [check, mark, tryout, directories]) part.redraw();
  showVersion();
  document.title = `${text.t(`${location.hash.slice(1).split('=')[0] || 'check'}.title`)} – watermark`;
}

async function showVersion() {
  $('version').textContent = text.t('footer.version', { version: await engine.version() });
}

/** Files shared from another app come by way of the service worker's cache. */
async function takeShared() {
  if (!new URLSearchParams(location.search).has('shared') || !('caches' in window)) return;
  const cache = await caches.open(SHARED);
  const files = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    const name = decodeURIComponent(new URL(request.url).pathname.split('/').at(-1));
    files.push(new File([await response.blob()], name, { type: response.headers.get('content-type') ?? '' }));
    await cache.delete(request);
  }
  history.replaceState(null, '', location.pathname);
  await check.take(files);
}

async function begin() {
  await text.load(text.preferred());
  words();
  for (const part of [check, mark, tryout, directories]) part.start();
  $('language').addEventListener('click', switchLanguage);
  document.documentElement.removeAttribute('data-pending');
  try {
    await ready;
  } catch (error) {
    const key = `error.${error.code}`;
    $('unsupported').textContent = text.has(key) ? text.t(key) : `${text.t('error.other')} ${text.t('error.detail', { text: error.message })}`;
    $('unsupported').hidden = false;
    return; // nothing here works without the module
  }
  await Promise.all([trust.load(), showVersion()]);
  directories.redraw();
  await mark.restore();
  addEventListener('hashchange', route);
  route();
  await takeShared();
  document.documentElement.dataset.ready = '';
  if ('serviceWorker' in navigator && isSecureContext) await navigator.serviceWorker.register('sw.js');
}

// Shown at once; the rest of the routing waits for what it needs.
const early = location.hash.slice(1).split('=')[0];
$(`view-${VIEWS.includes(early) ? early : 'check'}`).hidden = false;
begin();

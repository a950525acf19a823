// What the tests share: the served page, a browser that reports everything it should not do, and pictures made on the spot.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import { chromium } from 'playwright-core';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../..');
export const artefacts = process.env.WATERMARK_ARTEFACTS ?? join(root, 'target/browser-tests');
mkdirSync(artefacts, { recursive: true });

export const sample = (name) => join(root, 'web-demo/samples', `${name}.jpg`);
export const bytes = (file) => new Uint8Array(readFileSync(file));
export const demoDirectory = () => readFileSync(join(root, 'web-demo/samples/demo.directory.json'), 'utf8');

const schema = (name) => JSON.parse(readFileSync(join(root, 'docs', `${name}.schema.json`), 'utf8'));

/** Where an object breaks a schema of `docs`; nothing where it fits. */
export function misfits(name, object) {
  // `format` needs a package of its own; our objects write no other times than the core's.
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, schemas: ['verify', 'page-report'].map(schema) });
  ajv.validate(schema(name).$id, object);
  return (ajv.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** A file that cargo built, by name. */
export function built(name) {
  return process.env[`${name.toUpperCase()}_BIN`] ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug', name);
}

/** `cargo xtask serve` on a free port. */
export async function serve() {
  const child = spawn(built('xtask'), ['serve', '--no-build', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => resolve(String(text).trim()));
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { address, stop: () => new Promise((resolve) => { child.removeAllListeners('exit'); child.on('exit', resolve); child.kill(); }) };
}

/** A fresh browser profile. `trouble` collects console errors, broken content policy and requests to other places. */
export async function browser(options = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'watermark-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    chromiumSandbox: false,
    locale: 'en-GB',
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
    args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ...options,
  });
  const trouble = [];
  context.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1|blob:|data:)/.test(request.url())) trouble.push(`request ${request.url()}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`));
  });
  const watch = (page) => {
    page.on('console', (message) => { if (message.type() === 'error') trouble.push(`console ${message.text()}`); });
    page.on('pageerror', (error) => trouble.push(`error ${error.message}`));
  };
  context.pages().forEach(watch);
  context.on('page', watch);
  return {
    context,
    trouble,
    page: context.pages()[0] ?? (await context.newPage()),
    close: async () => { await context.close(); rmSync(profile, { recursive: true, force: true }); },
  };
}

/** Opens a view and waits until it can work. */
export async function open(page, address, hash = '') {
  await page.goto(`${address}${hash}`);
  await page.waitForSelector('html[data-ready]');
}

/** Checks a file through the file chooser's input; resolves to the verdict's sentence. */
export async function check(page, files) {
  await page.locator('#files').setInputFiles(files);
  await page.locator('#finding .sentence').waitFor({ timeout: 120_000 });
  return page.locator('#finding .sentence').innerText();
}

// The same truth everywhere: the command line, Node and Chromium say the same of the same files, field by field.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as watermark from '../../watermark-wasm/pkg/node.js';
import { browser, built, bytes, open, root, sample, serve } from './support.mjs';

const program = built('watermark');
const folder = mkdtempSync(join(tmpdir(), 'watermark-truth-'));
const config = { env: { ...process.env, WATERMARK_CONFIG_DIR: folder }, maxBuffer: 1 << 28, encoding: 'utf8' };
let server;
let session;

before(async () => {
  server = await serve();
  session = await browser();
  await open(session.page, server.address);
});
after(async () => {
  await session.close();
  await server.stop();
});

/** Runs the program; an exit code of 1 only means that not every picture verified. */
function run(...args) {
  try {
    return execFileSync(program, args, config);
  } catch (error) {
    if (error.status === 1) return error.stdout;
    throw error;
  }
}

/** What differs by nature: the page does not hash files, and has no ledger. */
const LEFT_OUT = new Set(['timing_ms', 'file', 'sha256', 'ledger']);

/** All pictures with WATERMARK_TRUTH=all (a quarter of an hour), otherwise every tenth. */
const EVERY = process.env.WATERMARK_TRUTH === 'all' ? 1 : 10;

/** How much was searched: where nothing is found, the last places of a sum decide whether one more candidate is refined. */
const COUNTS = /candidates|attempts/;

/** Numbers that sums of floating point numbers lead to differ in the last places between instruction sets; everything else is equal. */
function same(native, other, path) {
  if (typeof native === 'number' && typeof other === 'number') {
    const near = Math.abs(native - other) <= 1e-3 * Math.max(1, Math.abs(native));
    const exact = Number.isInteger(native) && Number.isInteger(other) && !COUNTS.test(path);
    assert.ok(exact ? native === other : near, `${path}: ${native} natively, ${other} here`);
  } else if (native !== null && typeof native === 'object') {
    assert.deepEqual(Object.keys(other ?? {}), Object.keys(native), path);
    for (const key of Object.keys(native)) if (!LEFT_OUT.has(key)) same(native[key], other[key], `${path}.${key}`);
  } else {
    assert.deepEqual(other, native, path);
  }
}

test('attacked pictures: same verdict and fields natively, in Node and in Chromium', async () => {
  const covers = [['signed', 'city'], ['unmarked', 'parrots'], ['stranger', 'crop']];
  let counted = 0;
  const verdicts = {};
  for (const [source, name] of covers) {
    // Small pictures: the amount of arithmetic is what differs, not its kind. The sealed size is kept.
    const edits = name === 'crop' ? [{ crop: 0.5 }] : [{ resize: name === 'city' ? 0.5 : 0.7 }];
    const cover = join(folder, `${name}.png`);
    const pixels = watermark.edit(bytes(sample(source)), edits);
    writeFileSync(cover, watermark.attack(pixels, 'identity'));
    const out = join(folder, name);
    run('demo', '--image', cover, '--out', out, '--all');
    const trust = join(out, 'demo.directory.json');
    const directory = readFileSync(trust, 'utf8');
    const files = readdirSync(out).filter((file) => /\.(png|jpg|webp)$/.test(file)).sort()
      .filter((file, i) => i % EVERY === 0 || file === 'original.png');
    const reports = run('verify', '--json', '--trust', trust, ...files.map((file) => join(out, file))).trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(reports.length, files.length);
    for (const [i, file] of files.entries()) {
      const native = reports[i];
      verdicts[native.verdict] = (verdicts[native.verdict] ?? 0) + 1;
      const content = bytes(join(out, file));
      same(native, watermark.verify(content, [directory]), `Node, ${name}/${file}`);
      const inPage = await session.page.evaluate(async ([text, list]) => {
        const { engine } = await import('./ui/engine.js');
        return engine.verify(new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]), [list], {});
      }, [Buffer.from(content).toString('base64'), directory]);
      same(native, inPage, `Chromium, ${name}/${file}`);
      counted += 1;
    }
  }
  console.log(`${counted} pictures, ${JSON.stringify(verdicts)}`);
  assert.ok(counted >= 200 / EVERY, `${counted} pictures`);
  assert.ok(verdicts.verified > 50 / EVERY && (verdicts.none ?? 0) + (verdicts.marked ?? 0) > 3 / EVERY, 'the set holds marks that survive and marks that do not');
  assert.ok(verdicts.none > 0, 'the set holds a picture without a mark');
});

test('golden vectors: keys, ids, tags and beacon bits are those of the format', () => {
  const { vectors } = JSON.parse(readFileSync(join(root, 'tests/vectors/payload.json'), 'utf8'));
  const origins = { 1: 'generated', 2: 'altered', 3: 'possible' };
  for (const vector of vectors) {
    const key = watermark.makeKey({ name: 'Vector', seed: Uint8Array.from(Buffer.from(vector.seed, 'hex')) });
    assert.equal(key.pem, vector.private_pem, vector.name);
    assert.equal(key.public_key, vector.public_key, vector.name);
    assert.equal(key.key_id, vector.key_id, vector.name);
    const stamped = watermark.stamp(bytes(sample('unmarked')), {
      key: key.pem, origin: origins[vector.origin], realistic: vector.realistic, artistic: vector.artistic, serial: vector.serial, time: vector.time,
      format: 'png', ...(vector.system && { system: vector.system }),
    });
    const { beacon, seal } = watermark.inspect(stamped.bytes, [key.directory]);
    const bits = (fields) => fields.map((field) => BigInt(`0x${field.hex}`).toString(2).padStart(field.bits, '0')).join('');
    const hex = (text) => text.match(/.{8}/g).map((byte) => parseInt(byte, 2).toString(16).padStart(2, '0')).join('');
    assert.equal(hex(bits(beacon)), vector.beacon, vector.name);
    assert.equal(hex(bits(seal)).slice(0, 12), vector.seal.slice(0, 12), `${vector.name}: time and system tag`);
  }
});

test('time: verifying a 1024 px picture in Chromium takes at most three times as long as natively', async () => {
  const picture = join(folder, 'large.png');
  const pixels = watermark.edit(bytes(sample('signed')), [{ resize: 1024 / 1033 }]);
  writeFileSync(picture, watermark.attack(pixels, 'identity'));
  const content = Buffer.from(bytes(picture)).toString('base64');
  const native = [];
  const chromium = [];
  // In turns, so that whatever else the machine does weighs on both.
  for (let i = 0; i < 5; i += 1) {
    native.push(JSON.parse(run('verify', '--json', picture)).timing_ms.total);
    chromium.push((await session.page.evaluate(async (text) => {
      const { engine } = await import('./ui/engine.js');
      return engine.verify(new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]), [], {});
    }, content)).timing_ms.total);
  }
  const ratio = Math.min(...chromium) / Math.min(...native);
  console.log(`native ${Math.min(...native).toFixed(0)} ms, Chromium ${Math.min(...chromium).toFixed(0)} ms, ratio ${ratio.toFixed(2)}`);
  assert.ok(ratio <= 3, `ratio ${ratio}`);
});

// The npm package as a Node user meets it, from the folder that would be published.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { bytes, demoDirectory, here, misfits, root, sample } from './support.mjs';

const project = mkdtempSync(join(tmpdir(), 'watermark-user-'));
mkdirSync(join(project, 'node_modules'));
symlinkSync(join(root, 'watermark-wasm/pkg'), join(project, 'node_modules/watermark-wasm'));
const run = (code) => {
  writeFileSync(join(project, 'main.mjs'), code);
  return execFileSync(process.execPath, ['main.mjs'], { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
};

test('import by name and verify, as the package\'s README shows', () => {
  const readme = readFileSync(join(root, 'watermark-wasm/README.md'), 'utf8');
  const [example] = readme.match(/```js\nimport \{ readFileSync[^]*?```/)[0].match(/import[^]*(?=```)/);
  const { properties: { verdict } } = JSON.parse(readFileSync(join(root, 'docs/verify.schema.json'), 'utf8'));
  const named = example.match(/report\.verdict\); \/\/ (.*)/)[1].split(', ');
  assert.deepEqual(named.sort(), verdict.enum.filter((name) => name !== 'error').sort(), 'all verdicts are named');
  writeFileSync(join(project, 'picture.jpg'), bytes(sample('signed')));
  writeFileSync(join(project, 'studio.directory.json'), demoDirectory());
  assert.equal(run(example).trim(), 'verified');
});

test('stamp, verify and inspect; what was stated is what is read', async () => {
  const wm = await import('../../watermark-wasm/pkg/node.js');
  const key = wm.makeKey({ name: 'Node Studio', systems: ['painter@2.1'] });
  const stages = [];
  const stamped = wm.stamp(bytes(sample('unmarked')), {
    key: key.pem, origin: 'altered', realistic: true, system: 'painter@2.1', serial: 77, time: '2026-11-23T09:30:00Z', format: 'png',
    onProgress: (stage) => { stages.push(stage); },
  });
  assert.deepEqual(stages, ['look', 'embed', 'write', 'check']);
  assert.equal(stamped.record.profile, 'sealed');
  assert.ok(stamped.record.psnr_db > 38);
  const { report, beacon, seal, labels } = wm.inspect(stamped.bytes, [key.directory], { file: 'a.png' });
  assert.equal(report.verdict, 'verified');
  assert.equal(report.file, 'a.png');
  assert.deepEqual({ ...report.beacon }, { decoded: true, id: `${key.key_id}-77`, origin: 'altered', realistic: true, artistic: false, key_id: key.key_id, serial: 77 });
  assert.equal(report.payload.time, '2026-11-23T09:30:00Z');
  assert.deepEqual(report.payload.system.names, ['painter@2.1']);
  assert.equal(beacon.reduce((sum, field) => sum + field.bits, 0), 72);
  assert.equal(seal.reduce((sum, field) => sum + field.bits, 0), 736);
  assert.deepEqual(labels, []);
});

test('a visible label and the layers that laws ask for, as the command line applies them', async () => {
  const wm = await import('../../watermark-wasm/pkg/node.js');
  const key = wm.makeKey({ name: 'Node Studio', systems: ['painter@2.1'] });
  const cover = bytes(sample('unmarked'));
  const stamp = (more) => wm.stamp(cover, { key: key.pem, origin: 'generated', system: 'painter@2.1', format: 'png', ...more });
  const labelled = stamp({ realistic: true, profiles: ['kr', 'eu', 'cn', 'us-ca'], provider: 'Node Studio' });
  const { badge, labels } = labelled.record;
  assert.equal(badge.text, 'AI로 생성된 가상의 이미지입니다 / AI GENERATED / AI生成');
  assert.ok(badge.contrast >= 4.5 && badge.text_height_px * 20 >= labelled.record.height);
  assert.deepEqual([labels.profiles, labels.layers, labels.missing], [['kr', 'eu', 'cn', 'us-ca'], ['badge', 'mark', 'metadata'], []]);
  const { report, labels: found } = wm.inspect(labelled.bytes, [key.directory]);
  assert.equal(report.verdict, 'verified');
  assert.match(found.find(({ name }) => name === 'DigitalSourceType').value, /trainedAlgorithmicMedia$/);
  assert.equal(JSON.parse(found.find(({ name }) => name === 'AIGC').value).ContentProducer, 'Node_Studio');
  assert.ok(found.filter(({ name }) => name !== 'CreatorTool').every((label) => label.place === 'xmp' && label.says_ai));
  // The same picture labelled by the command line's words, at a place and size of one's own, without a profile.
  const plain = stamp({ badge: 'ko', badgeCorner: 'top-left', badgeSize: 8 });
  assert.deepEqual([plain.record.badge.text, plain.record.labels], ['AI 생성', null]);
  assert.ok(plain.record.badge.x < 100 && plain.record.badge.y < 100);
  assert.notDeepEqual(wm.decode(plain.bytes).data, wm.decode(stamp({ badge: 'none' }).bytes).data);
  // Told, not hidden, when a label that is asked for is left out.
  const refused = stamp({ realistic: true, profiles: ['kr'], badge: 'none' });
  assert.deepEqual([refused.record.badge, refused.record.labels.missing, refused.record.labels.notice.id], [null, ['badge'], 'kr.download.1']);
  for (const [code, options] of [
    ['needs-provider', { profiles: ['us-ca'] }], ['needs-system', { profiles: ['us-ca'], provider: 'A', system: undefined }],
    ['option', { profiles: ['nowhere'] }], ['option', { badge: '뷁' }], ['option', { badge: 'ko', badgeCorner: 'middle' }],
    ['option', { badge: 'ko', badgeSize: 80 }], ['option', { profiles: ['kr'], exempt: 'whim:none' }],
  ]) {
    assert.throws(() => stamp(options), (error) => error.code === code, JSON.stringify(options));
  }
});

test('pixels instead of a file give the same verdict', async () => {
  const wm = await import('../../watermark-wasm/pkg/node.js');
  const file = bytes(sample('signed'));
  const report = wm.verify(wm.decode(file), [demoDirectory()]);
  assert.equal(report.verdict, 'verified');
  assert.equal(report.image.format, 'pixels');
  assert.deepEqual(report.detection, wm.verify(file, [demoDirectory()]).detection);
});

test('a private carrier key is the one of the command line, whatever ends its line', async () => {
  const wm = await import('../../watermark-wasm/pkg/node.js');
  const key = wm.makeKey({ name: 'Node Studio' });
  const carrierKey = '0123456789abcdef';
  const stamped = wm.stamp(bytes(sample('unmarked')), { key: key.pem, origin: 'generated', format: 'png', carrierKey: `${carrierKey}\r\n` });
  const verdict = (options) => wm.verify(stamped.bytes, [key.directory], options).verdict;
  assert.equal(verdict({ carrierKey }), 'verified');
  assert.equal(verdict({ carrierKey: `${carrierKey}\n` }), 'verified');
  assert.equal(verdict({ carrierKey: `${carrierKey} ` }), 'none');
  assert.throws(() => verdict({ carrierKey: '0123456789abcde\n' }), (error) => error.code === 'option' && /15 bytes.*at least 16/.test(error.message));
});

test('every failure has a code and says what to do', async () => {
  const wm = await import('../../watermark-wasm/pkg/node.js');
  const picture = bytes(sample('unmarked'));
  const key = wm.makeKey({ name: 'A' }).pem;
  const cases = [
    ['empty', () => wm.verify(new Uint8Array(), [])],
    ['not-an-image', () => wm.verify(new TextEncoder().encode('hello'), [])],
    ['damaged', () => wm.verify(bytes(join(root, 'tests/cli/hostile.in/truncated.png')), [])],
    ['pixels', () => wm.verify({ width: 3, height: 3, data: new Uint8ClampedArray(4) }, [])],
    ['directory', () => wm.verify(picture, ['{}'])],
    ['option', () => wm.verify(picture, [], { effort: 'heroic' })],
    ['option', () => wm.verify(picture, [], { carrierKey: 'short' })],
    ['aborted', () => wm.verify(picture, [], { onProgress: () => false })],
    ['aborted', () => wm.verify(picture, [], { signal: AbortSignal.abort() })],
    ['key', () => wm.stamp(picture, { key: 'no key', origin: 'generated' })],
    ['option', () => wm.stamp(picture, { key, origin: 'invented' })],
    ['option', () => wm.stamp(picture, { key, origin: 'generated', format: 'avif' })],
    ['option', () => wm.stamp(picture, { key, origin: 'generated', serial: 2 ** 41 })],
    ['already-marked', () => wm.stamp(bytes(sample('signed')), { key, origin: 'generated' })],
    ['too-small', () => wm.stamp({ width: 8, height: 8, data: new Uint8ClampedArray(256) }, { key, origin: 'generated' })],
    ['option', () => wm.edit(picture, [{ explode: 1 }])],
    ['option', () => wm.attack(picture, 'no such row')],
    ['option', () => wm.makeKey({ name: 'A', seed: new Uint8Array(3) })],
    ['directory', () => wm.readDirectory('[]')],
  ];
  for (const [code, call] of cases) {
    assert.throws(call, (error) => error instanceof wm.WatermarkError && error.code === code && error.message.length > 10, String(call));
  }
});

test('a trap costs one instance: its words are kept, and the next call runs in a new one', async () => {
  const wm = await import('../../watermark-wasm/pkg/node.js');
  const { createApi } = await import('../../watermark-wasm/pkg/api.js');
  const glue = await import('../../watermark-wasm/pkg/watermark_wasm.js');
  // No file is known that makes a decoder panic, so the trap is staged; the new instance is real.
  const decode = () => { throw new WebAssembly.RuntimeError('unreachable'); };
  const staged = createApi({ Picture: { decode }, lastPanic: () => 'index out of bounds', __wbg_reset_state: glue.__wbg_reset_state });
  assert.throws(() => staged.verify(new Uint8Array(8), []), (error) => error.code === 'internal' && /index out of bounds/.test(error.message));
  assert.equal(wm.verify(bytes(sample('signed')), [demoDirectory()]).verdict, 'verified');
});

test('a report fits its schema, and has no field that is not described', async () => {
  const wm = await import('../../watermark-wasm/pkg/node.js');
  const { properties } = JSON.parse(readFileSync(join(root, 'docs/verify.schema.json'), 'utf8'));
  const report = wm.verify(bytes(sample('messenger')), [demoDirectory()]);
  assert.deepEqual(misfits('verify', report), []);
  assert.deepEqual(Object.keys(report).filter((field) => !(field in properties)), []);
});

test('the types say what the functions take', () => {
  writeFileSync(join(project, 'use.ts'), `
    import { verify, stamp, makeKey, WatermarkError, type VerifyReport } from 'watermark-wasm';
    import { WatermarkWorker } from 'watermark-wasm/worker';
    const report: VerifyReport = verify(new Uint8Array(), ['{}'], { effort: 'fast', onProgress: (stage) => stage === 'read' });
    const bytes: Uint8Array = stamp(new Uint8Array(), { key: makeKey({ name: 'A' }).pem, origin: 'generated' }).bytes;
    const later: Promise<VerifyReport> = new WatermarkWorker().verify(new Blob(), [], { signal: new AbortController().signal });
    try { verify(bytes, []); } catch (error) { if (error instanceof WatermarkError && error.code === 'damaged') console.log(report, later); }
    // @ts-expect-error: no such effort
    verify(bytes, [], { effort: 'heroic' });
    stamp(bytes, { key: 'x', origin: 'generated', badge: 'my own words', badgeCorner: 'top-left', profiles: ['kr', 'us-ca'] }).record.labels?.missing;
    // @ts-expect-error: no such law
    stamp(bytes, { key: 'x', origin: 'generated', profiles: ['mars'] });
    // @ts-expect-error: an origin is needed
    stamp(bytes, { key: 'x' });
  `);
  const tsc = join(here, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom', 'use.ts'], { cwd: project, stdio: 'inherit' });
});

test('the module has at most 1 MiB, the page with its samples 1.5 MiB, as web servers send them', (context) => {
  // Highest quality by default: what servers store for files that do not change.
  const size = (file) => brotliCompressSync(bytes(file)).length;
  const page = join(root, 'web-demo');
  const module = size(join(page, 'pkg/watermark_wasm_bg.wasm'));
  const files = readdirSync(page, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const total = files.reduce((sum, entry) => sum + size(join(entry.parentPath ?? entry.path, entry.name)), 0);
  context.diagnostic(`module ${module} bytes, page ${total} bytes`);
  assert.ok(module <= 2 ** 20, `the module has ${module} bytes`);
  assert.ok(total <= 1.5 * 2 ** 20, `the page has ${total} bytes`);
});

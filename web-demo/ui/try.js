// Try it: a signed picture, changes to it, and the verdict as it follows. The newest wish is worked on; those overtaken are dropped.
import { $, el } from './dom.js';
import { engine } from './engine.js';
import { heading } from './finding.js';
import { t, has, number } from './text.js';
import * as trust from './trust.js';

/** Sliders: [edit, least, most, step, value that changes nothing, how it reads]. In the order in which the changes are made. */
const SLIDERS = [
  ['crop', 0.1, 1, 0.01, 1, (v) => `${number(v * 100)} %`],
  ['rotate', -45, 45, 0.5, 0, (v) => `${number(v, 1)}°`],
  ['resize', 0.25, 2, 0.05, 1, (v) => `${number(v * 100)} %`],
  ['brightness', 0.3, 1.7, 0.05, 1, (v) => `${number(v * 100)} %`],
  ['blur', 0, 3, 0.1, 0, (v) => number(v, 1)],
  ['noise', 0, 30, 1, 0, (v) => number(v)],
  ['cover', 0, 0.5, 0.05, 0, (v) => `${number(v * 100)} %`],
  ['jpeg', 10, 100, 5, 100, (v) => (v === 100 ? t('try.off') : number(v))],
];
const NEUTRAL = Object.fromEntries(SLIDERS.map(([name, , , , neutral]) => [name, neutral]));
const PRESETS = {
  jpeg: { jpeg: 50 },
  half: { resize: 0.5 },
  crop: { crop: 0.5 },
  dark: { brightness: 0.6 },
  noise: { noise: 10 },
  caption: { cover: 0.1 },
  messenger: { resize: 0.9, jpeg: 75 },
  rotate: { rotate: 5 },
};

let source;
let wanted = { ...NEUTRAL };
let pixels;
let strokes = [];
let report;
let busy = false;
let dirty = false;
let began = false;

const canvas = () => $('try-canvas');

export function start() {
  $('try-reset').addEventListener('click', () => wish({ ...NEUTRAL }));
  $('try-wipe').addEventListener('click', () => { strokes = []; update(); });
  $('try-file').addEventListener('change', async (event) => {
    const [file] = event.target.files;
    event.target.value = '';
    if (file) await use(file);
  });
  trust.onChange(() => { if (began) update(); });
  drawing();
  redraw();
}

/** First visit: the signed sample. */
export async function open() {
  if (began) return;
  began = true;
  await use(await (await fetch('samples/signed.jpg')).blob());
}

async function use(blob) {
  try {
    source = await engine.decode(blob);
    wish({ ...NEUTRAL });
  } catch (error) {
    refuse(error);
  }
}

function refuse(error) {
  const key = `error.${error.code}`;
  $('try-verdict').replaceChildren(el('p', { class: 'notice', text: `${t(has(key) ? key : 'error.other')} ${t('error.detail', { text: error.message })}` }));
  $('try-verdict').classList.remove('stale');
}

function wish(change) {
  wanted = { ...wanted, ...change };
  strokes = [];
  for (const [name] of SLIDERS) {
    const input = $(`try-${name}`);
    input.value = String(wanted[name]);
    input.dispatchEvent(new Event('show'));
  }
  update();
}

/** The changes that change something, in order. */
const edits = () => SLIDERS.filter(([name, , , , neutral]) => wanted[name] !== neutral).map(([name]) => ({ [name]: wanted[name] }));

async function update() {
  dirty = true;
  if (busy || !source) return;
  busy = true;
  while (dirty) {
    dirty = false;
    $('try-verdict').classList.add('stale');
    try {
      const changes = edits();
      pixels = changes.length ? await engine.edit(source, changes) : source;
      paint();
      if (dirty) continue;
      const context = canvas().getContext('2d');
      const seen = strokes.length ? context.getImageData(0, 0, pixels.width, pixels.height) : pixels;
      const { width, height, data } = seen;
      report = await engine.verify({ width, height, data }, trust.texts(), { file: t('try.tab') });
      if (!dirty) draw();
    } catch (error) {
      refuse(error);
    }
  }
  busy = false;
}

function paint() {
  const target = canvas();
  if (target.width !== pixels.width || target.height !== pixels.height) {
    target.width = pixels.width;
    target.height = pixels.height;
  }
  const context = target.getContext('2d', { willReadFrequently: true });
  context.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  context.lineCap = context.lineJoin = 'round';
  context.lineWidth = Math.max(pixels.width, pixels.height) / 28;
  context.strokeStyle = '#c8102e';
  for (const stroke of strokes) {
    context.beginPath();
    stroke.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
  }
  $('try-wipe').hidden = strokes.length === 0;
  $('try-size').textContent = t('try.size', { width: number(pixels.width), height: number(pixels.height) });
}

function draw() {
  if (!report) return;
  $('try-verdict').replaceChildren(heading(report, 'p'));
  $('try-verdict').classList.remove('stale');
}

function drawing() {
  const at = (event) => {
    const box = canvas().getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas().width, ((event.clientY - box.top) / box.height) * canvas().height];
  };
  let stroke;
  canvas().addEventListener('pointerdown', (event) => {
    if (!pixels) return;
    canvas().setPointerCapture(event.pointerId);
    stroke = [at(event), at(event)];
    strokes.push(stroke);
    paint();
  });
  canvas().addEventListener('pointermove', (event) => {
    if (!stroke) return;
    stroke.push(at(event));
    paint();
  });
  const end = () => {
    if (stroke) update();
    stroke = undefined;
  };
  canvas().addEventListener('pointerup', end);
  canvas().addEventListener('pointercancel', end);
}

function slider([name, min, max, step, , words]) {
  const output = el('output', { for: `try-${name}` });
  const input = el('input', { id: `try-${name}`, type: 'range', min, max, step, 'aria-label': t(`try.${name}`) });
  input.value = String(wanted[name]);
  const show = () => {
    const text = words(Number(input.value));
    output.textContent = text;
    input.setAttribute('aria-valuetext', text);
  };
  input.addEventListener('show', show);
  input.addEventListener('input', () => {
    show();
    wanted[name] = Number(input.value);
    strokes = [];
    update();
  });
  show();
  return el('label', {}, el('span', { text: t(`try.${name}`) }), input, output);
}

export function redraw() {
  $('try-form').replaceChildren(...SLIDERS.map(slider));
  $('try-presets').replaceChildren(...Object.entries(PRESETS).map(([name, change]) =>
    el('button', { class: 'plain', type: 'button', text: t(`try.preset.${name}`), onclick: () => wish({ ...NEUTRAL, ...change }) })));
  if (pixels) paint();
  draw();
}

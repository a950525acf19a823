// The figure beside a verdict: a rosette as engraved on old securities, drawn from the key, so that each signer has a figure of their own.
import { svg } from './dom.js';

const POINTS = 360;

function curve(petals, depth, radius, turn) {
  let path = '';
  for (let i = 0; i <= POINTS; i += 1) {
    const angle = (2 * Math.PI * i) / POINTS;
    const r = radius * (1 + depth * Math.cos(petals * angle + turn));
    path += `${i ? 'L' : 'M'}${(50 + r * Math.cos(angle)).toFixed(2)} ${(50 + r * Math.sin(angle)).toFixed(2)}`;
  }
  return `${path}Z`;
}

/** Rings of interlaced petals; `key` is hexadecimal. */
function rosette(key) {
  const bytes = (key.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  const at = (i) => bytes[i % bytes.length] ?? 0;
  const rings = [0, 1, 2].map((ring) => ({
    petals: 5 + (at(ring) % 11),
    depth: 0.1 + (at(ring + 1) / 255) * 0.2,
    radius: 36 - ring * 10,
    strands: 3 + (at(ring + 2) % 3),
  }));
  return rings.flatMap(({ petals, depth, radius, strands }) =>
    Array.from({ length: strands }, (_, strand) =>
      svg('path', { d: curve(petals, depth, radius, (2 * Math.PI * strand) / strands) })));
}

/** Rosette for a signature that holds; outlines and gaps for everything less. Decorative: the words beside it say the same. */
export function figure(verdict, key) {
  const ring = (attributes) => svg('circle', { cx: 50, cy: 50, r: 46, ...attributes });
  const parts = {
    verified: () => [ring({ class: 'bold' }), ...rosette(key ?? '5a')],
    'unknown-issuer': () => [ring({ 'stroke-dasharray': '14 5', class: 'bold' }), ...rosette(key ?? '5a').slice(0, 4)],
    altered: () => [ring({ class: 'bold' }), ...rosette(key ?? '5a'), svg('path', { d: 'M58 62H88V88H58Z', class: 'gap' })],
    'bad-signature': () => [ring({ class: 'bold' }), svg('path', { d: 'M30 30 70 70M70 30 30 70', class: 'bold' })],
    transplanted: () => [ring({ class: 'bold' }), svg('path', { d: 'M30 30 70 70M70 30 30 70', class: 'bold' })],
    marked: () => [ring({ 'stroke-dasharray': '3 5', class: 'bold' }), svg('path', { d: curve(8, 0.2, 26, 0) }), svg('path', { d: curve(8, 0.2, 26, Math.PI) })],
    error: () => [ring({ 'stroke-dasharray': '3 5' }), svg('path', { d: 'M50 28V58M50 68V72', class: 'bold' })],
  }[verdict] ?? (() => [ring({ 'stroke-dasharray': '3 5', class: 'bold' })]);
  return svg('svg', { viewBox: '0 0 100 100', class: 'seal', 'aria-hidden': 'true' }, parts());
}

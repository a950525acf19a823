// Two pictures of one size, one over the other: a slider moves the line between them, a button shows their difference.
import { el } from './dom.js';
import { t } from './text.js';

/** `before` and `after` are addresses; `difference`, if there is to be one, resolves to pixels once asked for; `words` begins the keys of the texts. */
export function compare({ before, after, width, height, difference, words = 'compare' }) {
  const over = el('img', { src: before, alt: t(`${words}.before`), decoding: 'async' });
  const under = el('img', { src: after, alt: t(`${words}.after`), decoding: 'async' });
  const edge = el('div', { class: 'edge' });
  const frame = el('div', { class: 'compare' }, under, over, edge);
  frame.style.aspectRatio = `${width} / ${height}`;
  frame.style.width = `min(100%, ${(80 * width) / height}vh, ${width}px)`;
  const slider = el('input', { type: 'range', min: '0', max: '100', value: '50', 'aria-label': t(`${words}.slider`) });
  const place = () => {
    over.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
    edge.style.left = `${slider.value}%`;
  };
  slider.addEventListener('input', place);
  place();
  // The line follows a finger or pointer on the picture too.
  frame.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse' && event.buttons === 0) return;
    const box = frame.getBoundingClientRect();
    slider.value = String(Math.round(((event.clientX - box.left) / box.width) * 100));
    place();
  });
  let canvas;
  const toggle = el('button', { type: 'button', class: 'plain', 'aria-pressed': 'false', text: t('compare.difference'), onclick: async () => {
    const show = toggle.getAttribute('aria-pressed') === 'false';
    if (show && !canvas) {
      const pixels = await difference();
      canvas = el('canvas', { width: pixels.width, height: pixels.height, role: 'img', 'aria-label': t('compare.difference') });
      canvas.getContext('2d').putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
      frame.append(canvas);
    }
    if (canvas) canvas.hidden = !show;
    toggle.setAttribute('aria-pressed', String(show));
  } });
  return el('div', { class: 'compare-controls' }, frame, slider, el('p', { class: 'quiet', text: t(`${words}.help`) }), difference && el('p', {}, toggle));
}

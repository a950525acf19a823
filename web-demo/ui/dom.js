// Elements without markup strings: text never becomes HTML.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'text') element.textContent = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);
export const $ = (id) => document.getElementById(id);

/** A picture of the visitor's; a word in its place where the browser cannot show the file. */
export const photo = (attributes, otherwise) =>
  el('img', { ...attributes, decoding: 'async', onerror: (event) => event.target.replaceWith(el('span', { class: 'unseen', text: otherwise })) });

/** Hands bytes or text to the visitor as a file. */
export function download(content, name, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = el('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Makes an element take files that are dropped on it. */
export function acceptDrop(target, take) {
  let depth = 0;
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    target.classList.toggle('over', depth > 0);
  };
  target.addEventListener('dragenter', (event) => { event.preventDefault(); mark(1); });
  target.addEventListener('dragover', (event) => event.preventDefault());
  target.addEventListener('dragleave', () => mark(-1));
  target.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(-depth);
    take([...event.dataTransfer.files]);
  });
}

// The one worker of the page, and the ways a file comes to it.
import { WatermarkError, WatermarkWorker } from '../pkg/client.js';

export const engine = new WatermarkWorker();
/** The module is fetched and compiled while the page is still reading its words. */
export const ready = engine.ready();
ready.catch(() => {}); // told to the visitor where it is awaited
export { WatermarkError };

/** Most pixels that the browser's own decoder is asked for. */
const BROWSER_PIXELS = 64_000_000;

/** Inspects a file; what our decoders do not read (AVIF, HEIC where the system has it) the browser may. */
export async function inspect(file, directories, options) {
  try {
    return await engine.inspect(file, directories, options);
  } catch (error) {
    if (error.code !== 'unsupported-format') throw error;
    const pixels = await browserPixels(file).catch(() => { throw error; });
    const found = await engine.inspect(pixels, directories, options);
    return { ...found, byBrowser: true };
  }
}

async function browserPixels(file) {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  if (width * height > BROWSER_PIXELS) throw new WatermarkError('too-large', `${width} x ${height} pixels`);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data };
}

export const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

// Entry for pages, workers and bundlers: call `init()` once, then the functions. They block; for pictures of photo size use ./worker.
import init, * as glue from './watermark_wasm.js';
import { WatermarkError, checkSupport, createApi } from './api.js';

let api;

/** Loads the module: from beside this file, or from an address, bytes, response or compiled module. */
async function initialise(source) {
  checkSupport();
  await init(source === undefined ? undefined : { module_or_path: source });
  api = createApi(glue);
}

const call = (name) => (...args) => {
  if (!api) throw new WatermarkError('not-initialised', 'await init() before the first call');
  return api[name](...args);
};

export default initialise;
export { initialise as init, WatermarkError };
export const version = call('version');
export const verify = call('verify');
export const inspect = call('inspect');
export const labels = call('labels');
export const stamp = call('stamp');
export const edit = call('edit');
export const attack = call('attack');
export const decode = call('decode');
export const difference = call('difference');
export const makeKey = call('makeKey');
export const readKey = call('readKey');
export const readDirectory = call('readDirectory');

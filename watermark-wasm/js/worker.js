// Runs inside a module worker: one call at a time, as client.js asks. Files may come as Blob, so that the page never copies them.
import init, * as glue from './watermark_wasm.js';
import { WatermarkError, checkSupport, createApi } from './api.js';

let ready;

async function start() {
  checkSupport();
  await init();
  return createApi(glue);
}

/** Bytes of a Blob; everything else as it is. */
const loaded = async (value) => (value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : value);

async function run({ id, name, args }) {
  const api = await (ready ??= start());
  const last = args.at(-1);
  if (last && typeof last === 'object' && last.progress) {
    delete last.progress;
    last.onProgress = (stage) => postMessage({ id, stage });
  }
  const values = await Promise.all(args.map(loaded));
  if (name === 'ready') return api.version();
  return api[name](...values);
}

/** Large results move instead of being copied. */
const movable = (value) => [value?.bytes?.buffer, value?.data?.buffer, value?.buffer].filter((b) => b instanceof ArrayBuffer);

onmessage = async ({ data }) => {
  try {
    const value = await run(data);
    postMessage({ id: data.id, value }, movable(value));
  } catch (error) {
    const known = error instanceof WatermarkError;
    postMessage({ id: data.id, error: { code: known ? error.code : 'internal', message: error.message } });
  }
};

// Entry for Node: the module lies beside this file and is loaded at import, so there is nothing to await.
import { readFileSync } from 'node:fs';
import * as glue from './watermark_wasm.js';
import { WatermarkError, checkSupport, createApi } from './api.js';

checkSupport();
glue.initSync({ module: readFileSync(new URL('./watermark_wasm_bg.wasm', import.meta.url)) });

export { WatermarkError };
export const init = async () => {};
export default init;
export const {
  version, verify, inspect, labels, stamp, edit, attack, decode, difference, makeKey, readKey, readDirectory,
} = createApi(glue);

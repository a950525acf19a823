#!/usr/bin/env node
// Runs a test binary built for wasm32-unknown-unknown: Cargo calls it (.cargo/config.toml). The target has no output, so a failed
// test shows as a trap only; the same test on the host says which one and why.
import { readFileSync } from 'node:fs';

const file = process.argv[2];
const { instance } = await WebAssembly.instantiate(readFileSync(file), {});
try {
  const status = instance.exports.main(0, 0);
  if (status !== 0) throw new Error(`exit status ${status}`);
  console.log(`${file}: passed in WebAssembly`);
} catch (error) {
  console.error(`${file}: failed in WebAssembly (${error.message}); run the same test without --target to see which one`);
  process.exit(1);
}

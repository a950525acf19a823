// What every entry point shares: the raw WebAssembly calls made into objects, defaults and typed errors. No policy: verdicts are the core's.

/** Every failure of this package. `code` is stable and meant for programs, `message` for people. */
export class WatermarkError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = 'WatermarkError';
    this.code = code;
  }
}

// (module (func (result v128) i32.const 0 i8x16.splat)): valid where 128-bit SIMD is.
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
]);

/** Refuses, in plain words, what cannot run the one build there is. */
export function checkSupport() {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(SIMD_PROBE)) {
    throw new WatermarkError(
      'no-simd',
      'this browser cannot run the check: it lacks WebAssembly SIMD, which Chrome, Edge and Firefox have since 2021 and Safari since 16.4; update it',
    );
  }
}

const bytesOf = (source) => (source instanceof Uint8Array ? source : new Uint8Array(source));
const isPixels = (source) => typeof source?.width === 'number' && typeof source?.height === 'number' && source.data?.length !== undefined;
const directoryTexts = (directories) => (directories ?? []).map((d) => (typeof d === 'string' ? d : JSON.stringify(d)));

/** The package's functions over a set of raw calls; `raw` is the glue module once it was initialised. */
export function createApi(raw) {
  function guard(work) {
    try {
      return work();
    } catch (error) {
      if (error?.name === 'WatermarkError' && error.code) {
        throw error instanceof WatermarkError ? error : new WatermarkError(error.code, error.message);
      }
      if (error instanceof WebAssembly.RuntimeError) {
        // A trap: a decoder panicked on a malformed file, or memory ran out. The words are kept; the instance is not.
        const words = raw.lastPanic() || error.message;
        raw.__wbg_reset_state();
        throw new WatermarkError('internal', `the picture could not be worked on: ${words}`, { cause: error });
      }
      throw error;
    }
  }

  function open(image) {
    if (isPixels(image)) return raw.Picture.fromRgba(bytesOf(image.data), image.width, image.height);
    return raw.Picture.decode(bytesOf(image));
  }

  function withPicture(image, work) {
    return guard(() => {
      const picture = open(image);
      let trapped = false;
      try {
        return work(picture);
      } catch (error) {
        trapped = error instanceof WebAssembly.RuntimeError;
        throw error;
      } finally {
        // What lies in a trapped instance goes with it.
        if (!trapped) picture.free();
      }
    });
  }

  const stages = (options) => (options?.onProgress || options?.signal)
    ? (stage) => {
        if (options.signal?.aborted) return false;
        return options.onProgress?.(stage);
      }
    : undefined;
  const readOptions = ({ file = '', effort, carrierKey } = {}) => JSON.stringify({ file, effort, carrierKey });

  return {
    version: () => raw.version(),
    verify: (image, directories, options) => withPicture(image, (picture) =>
      JSON.parse(picture.verify(directoryTexts(directories), readOptions(options), stages(options)))),
    inspect: (image, directories, options) => withPicture(image, (picture) => {
      const found = JSON.parse(picture.inspect(directoryTexts(directories), readOptions(options), stages(options)));
      const map = found.map && Uint8Array.from(atob(found.map), (c) => c.charCodeAt(0));
      return { ...found, map, labels: JSON.parse(picture.labels()) };
    }),
    labels: (image) => withPicture(image, (picture) => JSON.parse(picture.labels())),
    stamp: (image, options) => withPicture(image, (picture) => {
      const { signal, onProgress, time, serial, ...rest } = options;
      const settled = {
        ...rest,
        time: Math.floor((time === undefined ? Date.now() : new Date(time).getTime()) / 1000),
        serial: serial ?? randomSerial(),
      };
      const file = picture.stamp(JSON.stringify(settled), stages({ signal, onProgress }));
      const result = { bytes: file.bytes, record: JSON.parse(file.record) };
      file.free();
      return result;
    }),
    edit: (image, edits, { jpegQuality, seed = 1 } = {}) => withPicture(image, (picture) => {
      const edited = picture.edit(JSON.stringify(edits), seed);
      const { width, height } = edited;
      const result = jpegQuality === undefined
        ? { width, height, data: new Uint8ClampedArray(edited.rgba()) }
        : { width, height, bytes: edited.encode(jpegQuality) };
      edited.free();
      return result;
    }),
    attack: (image, name, seed = 1) => withPicture(image, (picture) => picture.attack(name, seed)),
    decode: (image) => withPicture(image, (picture) => (
      { width: picture.width, height: picture.height, data: new Uint8ClampedArray(picture.rgba()) })),
    difference: (image, other, gain = 16) => withPicture(image, (picture) => {
      const second = open(other);
      const { width, height } = picture;
      const data = new Uint8ClampedArray(picture.difference(second, gain));
      second.free();
      return { width, height, data };
    }),
    makeKey: ({ name, systems = [], seed }) => guard(() => {
      const drawn = seed ?? crypto.getRandomValues(new Uint8Array(32));
      return JSON.parse(raw.makeKey(drawn, name, systems));
    }),
    readKey: (pem, { name, systems = [] }) => guard(() => JSON.parse(raw.readKey(pem, name, systems))),
    readDirectory: (text) => guard(() => JSON.parse(raw.readDirectory(text))),
  };
}

/** 40 random bits: two stamps of one key share a serial once in a million pairs of a million. */
function randomSerial() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0xff) * 2 ** 32 + low;
}

// The package off the main thread: the same functions as promises, one after another in a worker that abort and crash replace.
import { WatermarkError } from './api.js';

export { WatermarkError };

const NAMES = [
  'version', 'verify', 'inspect', 'labels', 'stamp', 'edit', 'attack', 'decode', 'difference', 'makeKey', 'readKey', 'readDirectory',
];

/** Codes after which an instance is not used again. */
const FATAL = new Set(['internal']);

export class WatermarkWorker {
  #create;
  #worker;
  #queue = [];
  #current;
  #next = 0;

  /** `create` makes the worker where a bundler needs to see it; by default worker.js beside this file. */
  constructor(create = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })) {
    this.#create = create;
    for (const name of NAMES) this[name] = (...args) => this.#call(name, args);
  }

  /** Loads the module ahead of the first call; answers its version. */
  ready() {
    return this.#call('ready', []);
  }

  /** Ends the worker and everything that waits. */
  terminate() {
    for (const job of [this.#current, ...this.#queue]) job?.reject(new WatermarkError('aborted', 'the worker was terminated'));
    this.#queue = [];
    this.#drop();
  }

  #call(name, args) {
    // Functions do not cross to a worker: signal and progress of the last argument stay here.
    const last = args.at(-1);
    const { signal, onProgress, ...rest } = isOptions(last) ? last : {};
    const sent = isOptions(last) ? [...args.slice(0, -1), { ...rest, ...(onProgress && { progress: true }) }] : args;
    return new Promise((resolve, reject) => {
      const aborted = () => new WatermarkError('aborted', 'aborted by the caller', { cause: signal.reason });
      if (signal?.aborted) return reject(aborted());
      const job = { id: this.#next++, name, args: sent, onProgress, resolve, reject };
      job.onAbort = () => {
        job.reject(aborted());
        this.#queue = this.#queue.filter((waiting) => waiting !== job);
        if (this.#current === job) {
          this.#drop();
          this.#advance();
        }
      };
      signal?.addEventListener('abort', job.onAbort, { once: true });
      job.settle = () => signal?.removeEventListener('abort', job.onAbort);
      this.#queue.push(job);
      this.#advance();
    });
  }

  #advance() {
    if (this.#current || this.#queue.length === 0) return;
    this.#current = this.#queue.shift();
    this.#worker ??= this.#start();
    const { id, name, args } = this.#current;
    this.#worker.postMessage({ id, name, args });
  }

  #start() {
    const worker = this.#create();
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => {
      const job = this.#current;
      this.#drop();
      job?.settle();
      job?.reject(new WatermarkError('internal', event.message || 'the worker could not be started'));
      this.#advance();
    };
    return worker;
  }

  #receive({ id, stage, value, error }) {
    const job = this.#current;
    if (job?.id !== id) return;
    if (stage !== undefined) return job.onProgress?.(stage);
    this.#current = undefined;
    job.settle();
    if (error) {
      if (FATAL.has(error.code)) this.#drop();
      job.reject(new WatermarkError(error.code, error.message));
    } else {
      job.resolve(value);
    }
    this.#advance();
  }

  #drop() {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#current = undefined;
  }
}

/** An options object: not a file, bytes, pixels or list. */
function isOptions(value) {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && !('data' in value && 'width' in value);
}

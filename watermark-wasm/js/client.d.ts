// The package off the main thread. Files may be handed over as Blob, and are then never copied by the page.
import type * as api from './index.js';

export { WatermarkError } from './index.js';
export type * from './index.js';

type Source = api.ImageSource | Blob;

export class WatermarkWorker {
  /** `create` makes the worker where a bundler needs to see it; by default worker.js beside this module. */
  constructor(create?: () => Worker);
  /** Loads the module ahead of the first call; answers its version. */
  ready(): Promise<string>;
  /** Ends the worker; what waits is rejected with code `aborted`. The next call starts another. */
  terminate(): void;
  version(): Promise<string>;
  verify(image: Source, directories: string[], options?: api.VerifyOptions): Promise<api.VerifyReport>;
  inspect(image: Source, directories: string[], options?: api.VerifyOptions): Promise<api.Inspection>;
  labels(image: Source): Promise<api.Label[]>;
  stamp(image: Source, options: api.StampOptions): Promise<api.Stamped>;
  edit(image: Source, edits: api.Edit[], options?: { seed?: number }): Promise<api.ImageDataLike>;
  attack(image: Source, name: string, seed?: number): Promise<Uint8Array>;
  decode(image: Source): Promise<api.ImageDataLike>;
  difference(image: Source, other: Source, gain?: number): Promise<api.ImageDataLike>;
  makeKey(options: { name: string; systems?: string[]; seed?: Uint8Array }): Promise<api.Key>;
  readKey(pem: string, options: { name: string; systems?: string[] }): Promise<api.Key>;
  readDirectory(text: string): Promise<api.DirectoryListing>;
}

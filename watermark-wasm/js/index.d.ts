// Types of the package's functions. The report is the object of `watermark verify --json`, described by docs/verify.schema.json.

/** A PNG, JPEG or WebP file, or decoded pixels. */
export type ImageSource = Uint8Array | ArrayBuffer | ImageDataLike;

/** `ImageData`, or anything like it: 8 bits, red, green, blue, straight alpha. */
export interface ImageDataLike {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** A key directory: its JSON text, or the object. */
export type DirectorySource = string | object;

/** Never renamed; new ones may be added. */
export type ErrorCode =
  | 'empty' | 'not-an-image' | 'unsupported-format' | 'several-pictures' | 'too-large' | 'damaged' | 'pixels'
  | 'cannot-write' | 'too-small' | 'too-flat' | 'cannot-stamp' | 'cannot-label' | 'needs-system' | 'needs-provider' | 'already-marked' | 'unread'
  | 'key' | 'directory' | 'option' | 'edit' | 'aborted' | 'internal' | 'no-simd' | 'not-initialised';

export class WatermarkError extends Error {
  readonly name: 'WatermarkError';
  readonly code: ErrorCode;
}

export interface Work<Stage extends string> {
  /** Called before each stage; returning `false` aborts. */
  onProgress?: (stage: Stage) => boolean | void;
  /** Checked between stages; in the worker (`watermark-wasm/worker`) it ends the work at once. */
  signal?: AbortSignal;
  /**
   * The private carrier's secret, at least 16 bytes of UTF-8; CR and LF at its end do not count, so that the text of a file made for
   * `--carrier-key` is the same key here. The public carrier when absent.
   */
  carrierKey?: string;
}

export interface VerifyOptions extends Work<'read' | 'judge'> {
  /** Name that the report carries. */
  file?: string;
  /** `fast` reads the picture as it lies; `normal` (default) searches crops and sizes too. */
  effort?: 'fast' | 'normal';
}

export type Verdict = 'verified' | 'altered' | 'transplanted' | 'unknown-issuer' | 'bad-signature' | 'marked' | 'none';

/** The fields that programs branch on; docs/verify.schema.json describes all of them, and later versions may add some. */
export interface VerifyReport {
  schema: 'watermark-verify/1';
  file: string;
  verdict: Verdict;
  image: { format: 'png' | 'jpeg' | 'webp' | 'avif' | 'pixels'; width: number; height: number };
  beacon: {
    decoded: boolean;
    /** KEYID-SERIAL: how the stamp is named in metadata and in a C2PA manifest. */
    id: string | null;
    origin: 'generated' | 'altered' | 'possible' | null;
    realistic: boolean | null;
    artistic: boolean | null;
    key_id: string | null;
    serial: number | null;
  };
  payload: null | {
    /** The signature holds; otherwise all of this is a claim. */
    authenticated: boolean;
    time: string;
    /** By this machine's clock that time has not come yet. */
    in_future: boolean | null;
    /** `words`: the names, or why there is none. */
    system: null | { tag: string; names: string[]; words: { en: string; ko: string } };
    width: number;
    height: number;
    content_hash: string | null;
  };
  signature: {
    checked: boolean;
    valid: boolean | null;
    key: string | null;
    public_key: string | null;
    issuer: null | { name: string; name_ko: string | null; contact: string | null; url: string | null };
    key_status: string | null;
    key_status_at: string | null;
  };
  detection: { significant: boolean; statistic: number; threshold: number; log10_p: number; candidates: number };
  /** `outside`: share of this picture that lies outside of the stamped one. */
  registration: null | { outside: number | null; scale_x: number; scale_y: number; offset_x: number; offset_y: number; [field: string]: unknown };
  /** Whether the picture is the one that was signed. */
  content: null | { comparison: 'matches' | 'differs' | 'too-little'; disagreement: number; effective_bits: number; shown: number; placements: number };
  /** Parts changed since, received pixels; `outlines` begin with the outer one, then holes. */
  regions: { x: number; y: number; width: number; height: number; outlines: [number, number][][]; share: number; evidence: number; cause: 'mark-missing' | 'content-differs' }[];
  /** Share of the stamped picture of which nothing can be said, 0 to 1; null when nothing decoded. */
  unjudged: number | null;
  code: { beacon: Corrections | null; seal: Corrections | null };
  unreadable: string | null;
  timing_ms: { decode: number; extract: number; total: number };
  error: null;
  [field: string]: unknown;
}

export interface Corrections { corrected: number; erased: number; length: number }

/** One bit field of a message. */
export interface BitField { name: string; first_bit: number; bits: number; hex: string }

/** What metadata says about how a picture was made: weak, anyone can write or strip it, and it is not checked. */
export interface Label { place: 'c2pa' | 'xmp' | 'png-text' | 'exif'; name: string; value: string | null; says_ai: boolean }

export interface Inspection {
  report: VerifyReport;
  /** The picture with its changed parts in red, a PNG, when there are any. */
  map: Uint8Array | null;
  beacon: BitField[] | null;
  seal: BitField[] | null;
  labels: Label[];
}

export interface StampOptions extends Work<'look' | 'embed' | 'write' | 'check'> {
  /** PKCS#8 PEM, as `makeKey` and `watermark keygen` write it. */
  key: string;
  origin: 'generated' | 'altered' | 'possible';
  realistic?: boolean;
  artistic?: boolean;
  /** `NAME@VERSION`. */
  system?: string;
  /** 0 to 2^40 - 1, never twice with one key; random when absent. */
  serial?: number;
  /** Anything `new Date` takes; now when absent. */
  time?: string | number | Date;
  /** Searched for when absent. */
  strength?: number;
  /** The source's own when absent; lossy WebP and AVIF sources become lossless WebP and PNG. */
  format?: 'png' | 'jpeg' | 'webp';
  /** JPEG quality, 1 to 100. */
  quality?: number;
  /** Stamp over an older mark, which damages it. */
  force?: boolean;
  /** Label that people see: a preset, a text of your own, or none; what `profiles` ask for when absent. */
  badge?: BadgePreset | 'none' | (string & {});
  /** The preset's own when absent. */
  badgeCorner?: 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';
  /** Height of its text in per cent of the shorter side, 5 (default) to 25. */
  badgeSize?: number;
  /** Laws whose layers are added: metadata labels, a signed record of them, the visible label. Nobody complies with a law by it. */
  profiles?: ProfileId[];
  /** Name of who provides the generating system. */
  provider?: string;
  /** The picture stays inside the service that made it. */
  insideService?: boolean;
  /** `KIND:REASON`: why a duty does not hold. */
  exempt?: string;
}

export type BadgePreset = 'ko' | 'ko-realistic' | 'en' | 'eu' | 'eu-generated' | 'eu-modified' | 'zh';
export type ProfileId = 'kr' | 'eu' | 'cn' | 'us-ca';
export type Layer = 'mark' | 'metadata' | 'notice' | 'badge' | 'c2pa';

export interface Stamped {
  /** The file, after it was read back and verified. */
  bytes: Uint8Array;
  record: {
    schema: 'watermark-stamp/1';
    format: 'png' | 'jpeg' | 'webp';
    /** `beacon-only`: what the mark claims can be read, who signed it cannot be proven. */
    profile: 'sealed' | 'beacon-only';
    key_id: string;
    serial: number;
    time: string;
    width: number;
    height: number;
    strength: number;
    psnr_db: number | null;
    /** The visible label and where it stands, in pixels. */
    badge: null | { text: string; x: number; y: number; width: number; height: number; text_height_px: number; contrast: number };
    /** How the picture was labelled, when profiles were named. */
    labels: null | {
      profiles: ProfileId[];
      layers: Layer[];
      /** Asked for and not in the file. */
      missing: Layer[];
      /** What you have to tell people yourself, outside the file. */
      notice: null | { id: string; texts: { ko?: string; en?: string; zh?: string }; owed: true };
      exemption: unknown;
    };
    notes: { code: string; text: string }[];
  };
}

export interface Key { pem: string; key_id: string; public_key: string; directory: string }

export interface DirectoryListing {
  name: string;
  name_ko: string | null;
  contact: string | null;
  url: string | null;
  keys: {
    id: string;
    public_key: string;
    valid_from: string | null;
    valid_until: string | null;
    revoked_at: string | null;
    revocation_reason: string | null;
  }[];
  systems: string[];
}

/** One change to a picture, for trying out what a mark survives. */
export type Edit =
  | { jpeg: number } | { resize: number } | { crop: number } | { rotate: number } | { mirror: boolean }
  | { brightness: number } | { noise: number } | { blur: number } | { cover: number };

/** Loads the module; in Node it is loaded already. Without an argument: from beside the script. */
export function init(source?: string | URL | Response | BufferSource | WebAssembly.Module): Promise<void>;
export default init;

export function version(): string;
/** Looks for a mark and judges it by the directories that you trust. */
export function verify(image: ImageSource, directories: DirectorySource[], options?: VerifyOptions): VerifyReport;
/** As `verify`, with every bit field, the labels of the metadata, and the edit map. */
export function inspect(image: ImageSource, directories: DirectorySource[], options?: VerifyOptions): Inspection;
export function labels(image: ImageSource): Label[];
/** Stamps a picture, encodes it, reads it back, and returns the file only if it verifies. */
export function stamp(image: ImageSource, options: StampOptions): Stamped;
export function edit(image: ImageSource, edits: Edit[], options?: { seed?: number }): ImageDataLike;
export function edit(image: ImageSource, edits: Edit[], options: { seed?: number; jpegQuality: number }): { width: number; height: number; bytes: Uint8Array };
/** The file that a row of the attack table leaves behind. */
export function attack(image: ImageSource, name: string, seed?: number): Uint8Array;
/** The pixels, upright, as `ImageData` takes them. */
export function decode(image: ImageSource): ImageDataLike;
/** The difference of two pictures of one size around middle gray, magnified. */
export function difference(image: ImageSource, other: ImageSource, gain?: number): ImageDataLike;
/** A new signing key with a directory that lists it. */
export function makeKey(options: { name: string; systems?: string[]; seed?: Uint8Array }): Key;
export function readKey(pem: string, options: { name: string; systems?: string[] }): Key;
/** Checks a directory and lists what is in it. */
export function readDirectory(text: string): DirectoryListing;

// What our scripts find where they run and the libraries of tsc do not describe: only the parts that they use.

/** What Python writes before lite-python.mjs and lite-early.js (early.py): each says itself what is in it. */
declare const COURSE: unknown;

// --- a page of the site, and a deck

interface Window {
  SECTIONS: Section[];
  _JUPYTERLAB?: Record<string, JupyterLabExtension>;
}
interface Navigator {
  connection?: { saveData: boolean; type: string; effectiveType: string };
}
interface Section {
  url: string;
  title: string;
  page: string;
  text: string;
}
interface SearchOptions {
  prefix?: boolean | ((word: string, place: number, asked: string[]) => boolean);
  fuzzy?: (word: string) => number | false;
  boost?: Record<string, number>;
  combineWith?: "AND" | "OR";
}
declare class MiniSearch {
  constructor(options: { fields: string[]; storeFields: string[]; searchOptions: SearchOptions });
  addAll(documents: (Section & { id: number })[]): void;
  search(asked: string, options?: SearchOptions): (Section & { terms: string[] })[];
}
declare const Reveal: {
  initialize(options: Record<string, unknown>): void;
  getCurrentSlide(): HTMLElement | undefined;
  on(name: string, listener: () => void): void;
  addKeyBinding(key: { keyCode: number; key: string; description?: string }, action: () => void): void;
};
declare const RevealNotes: object;

// --- JupyterLab: every extension hands its parts in by init and get, as webpack's module federation has it

type JupyterLabScope = Record<string, Record<string, { get(): Promise<() => Record<string, object>> }>>;
interface JupyterLabExtension {
  init(scope: JupyterLabScope): void;
  get(part: string): Promise<() => unknown>;
}
interface JupyterLabSignal<Sender = unknown, Args = unknown> {
  connect(listener: (sender: Sender, args: Args) => void): void;
  disconnect(listener: (sender: Sender, args: Args) => void): void;
}

// --- a service worker, whose library cannot stand beside that of a page

interface ExtendableEvent extends Event {
  waitUntil(done: Promise<unknown> | undefined): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface ExtendableMessageEvent extends ExtendableEvent {
  readonly data: unknown;
}
interface ServiceWorkerGlobalScope {
  readonly COURSE: { version: string; files: Record<string, string> };
  readonly location: Location;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  addEventListener(name: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(name: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(name: "message", listener: (event: ExtendableMessageEvent) => void): void;
}
declare function importScripts(...addresses: string[]): void;

// --- Pyodide, and node

interface Pyodide {
  globals: { set(name: string, value: unknown): void };
  mountNodeFS(place: string, folder: string): void;
  runPython(code: string, options?: { globals?: unknown }): unknown;
  toPy(value: object): unknown;
}
type LoadPyodide = (options: Record<string, unknown>) => Promise<Pyodide>;
declare module "*/pyodide.mjs" {
  export const loadPyodide: LoadPyodide;
}

declare class Buffer extends Uint8Array<ArrayBuffer> {
  static from(data: string | Uint8Array, encoding?: string): Buffer;
  static concat(parts: Uint8Array[]): Buffer;
  toString(encoding?: string): string;
  subarray(from?: number, to?: number): Buffer;
}
declare const process: { argv: string[]; version: string; exit(code: number): never };
declare function require(name: string): unknown;
declare module "node:fs" {
  export function readFileSync(file: string | 0): Uint8Array;
  export function readFileSync(file: string | 0, encoding: "utf8"): string;
  export function writeFileSync(file: string, data: Uint8Array): void;
}
declare module "node:path" {
  export function join(...parts: string[]): string;
}
declare module "node:url" {
  export function pathToFileURL(path: string): URL;
}
declare module "node:zlib" {
  export const constants: { ZSTD_c_compressionLevel: number };
  export const zstdCompressSync: ((data: Uint8Array, options: { params: Record<number, number> }) => Uint8Array) | undefined;
}

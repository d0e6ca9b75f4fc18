import type { Plugin } from "vite";

/** Vite plugin: catalogues become modules of compiled messages. */
export function compiledTexts(): Plugin;

/** Every fault of every catalogue, in words. */
export function faults(): string[];

/**
 * The wire formats that providers speak. To add one, name it here first. Then nothing compiles until you have written what it
 * adds to a request (core/formats/formats.ts), how it is spoken (providers/formats.ts), and what is assumed of any API that
 * speaks it (the preset `NAME-compatible` in providers/presets.ts).
 */
export const WIRE_FORMATS = ['openai', 'anthropic'] as const;

/** The name of a wire format, as config and environment variables write it. */
export type WireFormat = (typeof WIRE_FORMATS)[number];

/** True for the exact name of a wire format. */
export const isWireFormat = (name: unknown): name is WireFormat => (WIRE_FORMATS as readonly unknown[]).includes(name);

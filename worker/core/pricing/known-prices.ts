/**
 * What the models of four makers cost at their own hosts, in USD per million tokens, from the list of @pydantic/genai-prices
 * of 2026-09-23. Written by `npm run build` (cli/prices/known.ts), read by known-price.ts: names, then input,
 * output, cached input, cache write and, if it differs, reasoning. After a bar come a number of input tokens and the
 * same figures for requests with at least that many.
 */
export const KNOWN_PRICES: readonly (readonly [host: string, rows: string])[] = [
  [
    'api.openai.com',
    `
chatgpt-4o-latest = 5 15 5 5
codex-mini codex-mini-latest = 1.5 6 0.375 1.5
computer-use* = 3 12 3 3
ft:gpt-3.5-turbo* = 3 6 3 3
ft:gpt-4o-2024-* = 3.75 15 3.75 3.75
ft:gpt-4o-mini-2024-* = 0.3 1.2 0.3 0.3
gpt-3.5-turbo-0301 gpt-3.5-0301 = 1.5 2 1.5 1.5
gpt-3.5-turbo gpt-35-turbo gpt-3.5-turbo-0125 = 0.5 1.5 0.5 0.5
gpt-3.5-turbo-0613 = 1.5 2 1.5 1.5
gpt-3.5-turbo-1106 = 1 2 1 1
gpt-3.5-turbo-16k gpt-3.5-turbo-16k-0613 gpt-35-turbo-16k-0613 gpt-35-turbo-16k = 3 4 3 3
gpt-4 gpt-4-0314 gpt-4-0613 ft:gpt-4-0* = 30 60 30 30
gpt-4-32k gpt-4-32k-0314 gpt-4-32k-0613 = 60 120 60 60
gpt-4-turbo gpt-4-turbo-2024-04-09 gpt-4-turbo-0125-preview gpt-4-0125-preview gpt-4-1106-preview gpt-4-turbo-preview = 10 30 10 10
gpt-4-vision-preview gpt-4-1106-vision-preview = 10 30 10 10
gpt-4.1 gpt-4.1-2025-04-14 = 2 8 0.5 2
gpt-4.1-mini gpt-4.1-mini-2025-04-14 = 0.4 1.6 0.1 0.4
gpt-4.1-nano gpt-4.1-nano-2025-04-14 = 0.1 0.4 0.025 0.1
gpt-4.5-preview* = 75 150 37.5 75
gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20 = 2.5 10 1.25 2.5
gpt-4o-2024-05-13 = 5 15 5 5
gpt-4o-mini gpt-4o-mini-2024-07-18 gpt-4o-mini-search-preview gpt-4o-mini-search-preview-2025-03-11 = 0.15 0.6 0.075 0.15
gpt-4o-mini-2024-07-18.ft-* = 0.3 1.2 0.3 0.3
gpt-4o-search-preview gpt-4o-search-preview-2025-03-11 = 2.5 10 2.5 2.5
gpt-4o:extended = 6 18 6 6
gpt-5 gpt-5-2025-08-07 gpt-5-chat gpt-5-chat-latest gpt-5-codex = 1.25 10 0.125 1.25
gpt-5-mini gpt-5-mini-2025-08-07 = 0.25 2 0.025 0.25
gpt-5-nano gpt-5-nano-* = 0.05 0.4 0.005 0.05
gpt-5-pro gpt-5-pro-2025-10-06 = 15 120 15 15
gpt-5.1 gpt-5.1-2025-11-13 gpt-5.1-codex gpt-5.1-codex-max gpt-5.1-chat gpt-5.1-chat-latest gpt-5-1 gpt-5-1-2025-11-13 gpt-5-1-codex gpt-5-1-codex-max gpt-5-1-chat gpt-5-1-chat-latest = 1.25 10 0.125 1.25
gpt-5.1-codex-mini gpt-5.1-mini gpt-5-1-codex-mini gpt-5-1-mini = 0.25 2 0.025 0.25
gpt-5.2 gpt-5.2-2025-12-11 gpt-5-2 gpt-5-2-2025-12-11 gpt-5.2-chat gpt-5.2-chat-latest gpt-5-2-chat gpt-5-2-chat-latest gpt-5.2-codex gpt-5-2-codex = 1.75 14 0.175 1.75
gpt-5.2-pro gpt-5.2-pro-2025-12-11 gpt-5-2-pro-2025-12-11 = 21 168 21 21
gpt-5.3 gpt-5-3 gpt-5.3-chat gpt-5.3-chat-latest gpt-5-3-chat gpt-5-3-chat-latest = 1.75 14 0.175 1.75
gpt-5.3-codex gpt-5-3-codex = 1.75 14 0.175 1.75
gpt-5.4 gpt-5.4-2026-03-05 gpt-5-4 gpt-5-4-2026-03-05 = 2.5 15 0.25 2.5 | 272000 5 22.5 0.5 5
gpt-5.4-mini gpt-5.4-mini-2026-03-17 gpt-5-4-mini gpt-5-4-mini-2026-03-17 = 0.75 4.5 0.075 0.75
gpt-5.4-nano gpt-5.4-nano-2026-03-17 gpt-5-4-nano gpt-5-4-nano-2026-03-17 = 0.2 1.25 0.02 0.2
gpt-5.4-pro gpt-5.4-pro-2026-03-05 gpt-5-4-pro gpt-5-4-pro-2026-03-05 = 30 180 30 30 | 272000 60 270 60 60
gpt-5.5 gpt-5.5-2026-04-23 gpt-5.5-2026-04-24 gpt-5-5 gpt-5-5-2026-04-23 gpt-5-5-2026-04-24 gpt-5.5-chat gpt-5.5-chat-latest gpt-5-5-chat gpt-5-5-chat-latest gpt-5.5-codex gpt-5-5-codex = 5 30 0.5 5 | 272000 10 45 1 10
gpt-5.5-pro gpt-5.5-pro-2026-04-23 gpt-5-5-pro gpt-5-5-pro-2026-04-23 = 30 180 30 30 | 272000 60 270 60 60
gpt-5.6-luna gpt-5-6-luna gpt-5.6-luna# gpt-5-6-luna# = 0.2 1.2 0.02 0.25 | 272000 0.4 1.8 0.04 0.5
gpt-5.6-sol gpt-5-6-sol gpt-5.6 gpt-5-6 gpt-5.6-sol# gpt-5-6-sol# = 4 20 0.4 5 | 272000 8 30 0.8 10
gpt-5.6-terra gpt-5-6-terra gpt-5.6-terra# gpt-5-6-terra# = 2 12 0.2 2.5 | 272000 4 18 0.4 5
gpt-6-astra gpt-6-astra# = 10 50 1 12.5 | 272000 20 75 2 25
gpt-6-luna gpt-6-luna# = 0.1 0.5 0.01 0.125 | 272001 0.2 0.75 0.02 0.25
gpt-6-sol gpt-6-sol# = 2 10 0.2 2.5 | 272001 4 15 0.4 5
gpt-chat-latest = 5 30 0.5 5
gpt-oss-120b = 0.039 0.18 0.039 0.039
gpt-oss-20b = 0.029 0.14 0.029 0.029
gpt-oss-safeguard-20b = 0.075 0.3 0.037 0.075
o1 o1-2024-12-17 = 15 60 7.5 15
o1-mini o1-mini-2024-09-12 = 1.1 4.4 0.55 1.1
o1-preview o1-preview-2024-09-12 = 15 60 7.5 15
o1-pro o1-pro-2025-03-19 = 150 600 150 150
o3 o3-2025-04-16 = 2 8 0.5 2
o3-deep-research o3-deep-research-2025-06-26 = 10 40 2.5 10
o3-mini o3-mini-2025-01-31 o3-mini-high = 1.1 4.4 0.55 1.1
o3-pro o3-pro-2025-06-10 = 20 80 20 20
o4-mini-2025-04-16 o4-mini-high o4-mini = 1.1 4.4 0.275 1.1
o4-mini-deep-research o4-mini-deep-research-2025-06-26 = 2 8 0.5 2
`,
  ],
  [
    'api.anthropic.com',
    `
claude-2* claude-v2 = 8 24 8 8
claude-3-5-haiku* claude-3.5-haiku* = 0.8 4 0.08 1
claude-3-5-sonnet* claude-3.5-sonnet* = 3 15 0.3 3.75
claude-3-7-sonnet* claude-3.7-sonnet* claude-sonnet-3.7* claude-sonnet-3-7* = 3 15 0.3 3.75
claude-3-haiku* = 0.25 1.25 0.03 0.3
claude-3-opus* = 15 75 1.5 18.75
claude-3-sonnet* = 3 15 0.3 3.75
claude-fable-5 claude-fable-5% = 10 50 1 12.5
claude-fable-5-1 claude-fable-5-1% = 10 50 0.25 12.5
claude-haiku-4-5* claude-haiku-4.5* claude-4-5-haiku* claude-4.5-haiku* = 1 5 0.1 1.25
claude-opus-4-0* claude-4-opus* claude-opus-4 claude-opus-4-20250514 = 15 75 1.5 18.75
claude-opus-4-1* claude-opus-4.1* = 15 75 1.5 18.75
claude-opus-4-5* claude-opus-4.5* claude-4-5-opus* claude-4.5-opus* = 5 25 0.5 6.25
claude-opus-4-6* claude-opus-4.6* claude-4-6-opus* claude-4.6-opus* = 5 25 0.5 6.25
claude-opus-4-7* claude-opus-4.7* claude-4-7-opus* claude-4.7-opus* = 5 25 0.5 6.25
claude-opus-4-8* claude-opus-4.8* claude-4-8-opus* claude-4.8-opus* = 5 25 0.5 6.25
claude-opus-5 claude-opus-5% claude-opus-5.0* claude-5-opus* claude-5.0-opus* = 5 25 0.5 6.25
claude-opus-5-5 claude-opus-5-5% claude-opus-5.5* claude-5-5-opus* claude-5.5-opus* = 4 20 0.2 5
claude-sonnet-4-2025* claude-sonnet-4-0* claude-sonnet-4@* claude-sonnet-4 claude-4-sonnet* = 3 15 0.3 3.75
claude-sonnet-4-5* claude-sonnet-4.5* = 3 15 0.3 3.75 | 200001 6 22.5 0.6 7.5
claude-sonnet-4-6* claude-sonnet-4.6* = 3 15 0.3 3.75
claude-sonnet-5* claude-sonnet-5.0* claude-5-sonnet* claude-5.0-sonnet* = 2 10 0.2 2.5
claude-v1 = 8 24 8 8
`,
  ],
  [
    'generativelanguage.googleapis.com',
    `
gemini-1.0-pro-vision-001 = 0.125 0.375 0.125 0.125
gemini-1.5-flash = 0.075 0.3 0.01875 0.075 | 128001 0.15 0.6 0.0375 0.15
gemini-1.5-pro = 1.25 5 1.25 1.25 | 128001 2.5 10 2.5 2.5
gemini-2.0-flash gemini-2.0-flash-0 gemini-2.0-flash-exp gemini-2.0-flash-thinking gemini-2.0-flash-latest = 0.1 0.4 0.025 0.1
gemini-2.0-flash-lite = 0.075 0.3 0.075 0.075
gemini-2.5-flash gemini-2.5-flash-latest gemini-2.5-flash-preview-09-2025 = 0.3 2.5 0.03 0.3
gemini-2.5-flash-lite gemini-2.5-flash-lite-preview* = 0.1 0.4 0.01 0.1
gemini-2.5-flash-preview-05-20 gemini-2.5-flash-preview-04-17 gemini-2.5-flash-preview-05-20:thinking gemini-2.5-flash-preview gemini-2.5-flash-preview:thinking = 0.15 0.6 0.15 0.15
gemini-2.5-pro* = 1.25 10 0.125 1.25 | 200001 2.5 15 0.25 2.5
gemini-3-flash-preview gemini-3-flash-preview-* = 0.5 3 0.05 0.5
gemini-3-pro-preview* gemini-3-pro-text-preview = 2 12 0.2 2 | 200001 4 18 0.4 4
gemini-3.1-flash-lite gemini-3.1-flash-lite-preview* = 0.25 1.5 0.025 0.25
gemini-3.1-pro-preview* = 2 12 0.2 2 | 200001 4 18 0.4 4
gemini-3.5-flash gemini-3.5-flash-preview* = 1.5 9 0.15 1.5
gemini-3.5-flash-lite* = 0.3 2.5 0.03 0.3
gemini-3.6-flash* = 1.5 7.5 0.15 1.5
gemini-3.7-flash* = 1.5 7.5 0.15 1.5
gemini-3.8-flash* = 1.5 7.5 0.15 1.5
gemini-flash-1.5 = 0.075 0.3 0.01875 0.075 | 128001 0.15 0.6 0.0375 0.15
gemini-flash-1.5-8b = 0.0375 0.15 0.01 0.0375 | 128001 0.075 0.3 0.02 0.075
gemini-pro gemini-1.0-pro = 0.125 0.375 0.125 0.125
gemini-pro-1.5 = 1.25 5 0.3125 1.25 | 128001 2.5 10 0.625 2.5
gemma-2-27b-it = 0.65 0.65 0.65 0.65
gemma-4-26b-a4b-it-maas = 0.15 0.6 0.015 0.15
`,
  ],
  [
    'api.deepseek.com',
    `
deepseek-chat* deepseek-chat-v3-0324 = 0.27 1.1 0.07 0.27
deepseek-reasoner deepseek-r1* deepseek-r1-0528 = 0.55 2.19 0.14 0.55
deepseek-v3.1-terminus = 0.27 0.95 0.13 0.27
deepseek-v3.2 = 0.2288 0.3432 0.2288 0.2288
deepseek-v3.2-exp = 0.27 0.41 0.27 0.27
deepseek-v4-flash* = 0.44 1.32 0.014 0.44
deepseek-v4-pro* = 1.32 3.96 0.044 1.32
`,
  ],
];

import { describe, expect, it } from 'vitest';
import { habitsOf } from '../../../../worker/core/config/hosts.ts';

const ANY = { overheadTokens: 256, thinkingBeyondCap: 0, tokensPerSecond: 2_000, goesOnWhenLeft: false };

describe('what a host bills beyond what a request shows', () => {
  it.each([
    ['https://api.openai.com/v1', { overheadTokens: 128 }],
    ['https://mine.openai.azure.com/openai/v1', { overheadTokens: 128 }],
    ['https://API.Anthropic.com/v1', { overheadTokens: 128 }],
    ['https://api.siliconflow.cn/v1', { thinkingBeyondCap: 32_768 }],
    ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', { thinkingBeyondCap: 32_768, goesOnWhenLeft: true }],
    ['https://api.groq.com:443/openai/v1', { tokensPerSecond: 10_000, goesOnWhenLeft: true }],
    ['https://api.cerebras.ai/v1', { tokensPerSecond: 10_000 }],
    ['https://openrouter.ai/api/v1', { goesOnWhenLeft: true }],
    ['https://api.deepseek.com', {}],
    ['https://notgroq.com/v1', {}],
    ['https://api.openai.com.example/v1', {}],
    ['http://[::1]:9000/v1', {}],
    ['', {}],
  ])('%s', (apiBase, more) => {
    expect(habitsOf(apiBase)).toEqual({ ...ANY, ...more });
  });
});

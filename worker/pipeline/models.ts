/** `GET /v1/models`: aliases in the form OpenAI's SDKs list models. Deployments behind them stay unnamed. */
import type { Config } from '../core/config/config.ts';

const modelOf = (id: string) => ({ id, object: 'model', created: 0, owned_by: 'carryon' });

export const aliasModels = ({ aliases }: Config) => ({ object: 'list', data: [...aliases.keys()].map(modelOf) });

export const aliasModel = ({ aliases }: Config, id: string) => (aliases.has(id) ? modelOf(id) : undefined);

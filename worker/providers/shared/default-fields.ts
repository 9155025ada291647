/** True if a field asks for the default. Nothing is lost if such a field is not sent, so it is not named as dropped. */
export function asksForDefault(name: string, value: unknown): boolean {
  switch (name) {
    case 'store':
      return value === false;
    case 'service_tier':
      return value === 'auto' || value === 'default';
    case 'n':
    case 'temperature':
    case 'top_p':
      return value === 1;
    case 'logprobs':
      return value === false;
    case 'parallel_tool_calls':
      return value === true;
    case 'frequency_penalty':
    case 'presence_penalty':
    case 'top_logprobs':
      return value === 0;
    case 'modalities':
      return Array.isArray(value) && value.length === 1 && value[0] === 'text';
    default:
      return false;
  }
}

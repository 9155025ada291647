import { add, adding, patchClassOf } from './counters.ts';

/** Reading several keys at once is billed per key. */
const perKey = ([keys]: unknown[]) => (Array.isArray(keys) ? keys.length : 1);

/** Counts the calls of every KV namespace and Durable Object namespace in an environment. */
export function countBindings(environment: Record<string, unknown>): void {
  for (const binding of Object.values(environment)) {
    if (typeof binding !== 'object' || binding === null) continue;
    if (binding.constructor.name === 'KvNamespace') {
      patchClassOf(binding, {
        get: adding('kvReads', perKey),
        getWithMetadata: adding('kvReads', perKey),
        put: adding('kvWrites'),
        delete: adding('kvDeletes'),
        list: adding('kvLists'),
      });
    } else if (binding.constructor.name.startsWith('DurableObjectNamespace')) {
      patchClassOf(binding, { get: countingStubs, getByName: countingStubs });
    }
  }
}

export function countCache(cache: object): void {
  patchClassOf(cache, { match: adding('cacheReads'), put: adding('cacheWrites'), delete: adding('cacheWrites') });
}

function countingStubs(original: (...args: unknown[]) => unknown) {
  return function (this: unknown, ...args: unknown[]) {
    return countedStub(original.apply(this, args) as Record<PropertyKey, unknown>);
  };
}

/** Each call of a stub's method, `fetch` or RPC, is one billed request of the object. */
function countedStub(stub: Record<PropertyKey, unknown>): unknown {
  return new Proxy(stub, {
    get(target, property) {
      const member = target[property];
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        add('objectCalls', 1);
        add(`objectCalls.${String(property)}`, 1);
        // The method is called on the stub itself, because reading `apply` of a remote method would name a remote property.
        return (target as Record<PropertyKey, (...args: unknown[]) => unknown>)[property]?.(...args);
      };
    },
  });
}

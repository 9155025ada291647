/** V8's CPU profile in the form of the DevTools protocol and of `.cpuprofile` files. */
export interface CpuProfile {
  nodes: ProfileNode[];
  samples: number[];
  timeDeltas: number[];
}

export interface ProfileNode {
  id: number;
  callFrame: CallFrame;
  children?: number[];
}

/** Line and column count from 0. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

export interface FunctionCost {
  /** The function's place in the source, or V8's name in brackets. */
  place: string;
  selfMicros: number;
  /** The time of the function with everything it called. Recursion counts once. */
  totalMicros: number;
}

/** Names a frame. The name of a native one includes the place that called it. Frames of one name are one function. */
export type PlaceOf = (frame: CallFrame, caller: string) => string;

/** The time of each function, most expensive first. A sample's delta is the time before it. The isolate may not have run in that time,
 * because an isolate at rest is not sampled, so no delta counts for more than `longestSampleMicros`. */
export function functionCosts(profile: CpuProfile, placeOf: PlaceOf, longestSampleMicros: number): FunctionCost[] {
  const selfMicrosOfNode = new Map<number, number>();
  for (const [index, node] of profile.samples.entries()) {
    const micros = Math.min(profile.timeDeltas[index] ?? 0, longestSampleMicros);
    selfMicrosOfNode.set(node, (selfMicrosOfNode.get(node) ?? 0) + micros);
  }
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const costs = new Map<string, FunctionCost>();

  function costOf(place: string): FunctionCost {
    const cost = costs.get(place) ?? { place, selfMicros: 0, totalMicros: 0 };
    costs.set(place, cost);
    return cost;
  }

  /** Returns the node's total. `above` has the functions that are running around it. */
  function visit(node: ProfileNode, caller: string, above: ReadonlySet<string>): number {
    const place = placeOf(node.callFrame, caller);
    const selfMicros = selfMicrosOfNode.get(node.id) ?? 0;
    const around = above.has(place) ? above : new Set(above).add(place);
    let totalMicros = selfMicros;
    for (const id of node.children ?? []) {
      const child = nodes.get(id);
      if (child !== undefined) totalMicros += visit(child, place, around);
    }
    const cost = costOf(place);
    cost.selfMicros += selfMicros;
    if (!above.has(place)) cost.totalMicros += totalMicros;
    return totalMicros;
  }

  const [root] = profile.nodes;
  if (root !== undefined) visit(root, '', new Set());
  return [...costs.values()].sort((one, other) => other.selfMicros - one.selfMicros);
}

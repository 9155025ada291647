import { DOOR_PATHS, type DoorName } from '../../protocol/question.ts';

const DOORS = new Map(
  (Object.keys(DOOR_PATHS) as DoorName[]).flatMap((door) => DOOR_PATHS[door].map((path) => [path, door] as const)),
);

/** The door that a request is for; undefined if travel mode leaves the request alone. */
export function travelDoor(
  method: string,
  { origin, pathname }: { origin: string; pathname: string },
  routerOrigin: string,
): DoorName | undefined {
  if (method !== 'POST' || origin !== routerOrigin) return undefined;
  return DOORS.get(pathname);
}

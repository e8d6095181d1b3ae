// Room for words on the map: what would cover words placed before it gets none.

import { latLngOf } from "../lonlat.js";

const LETTER_PX = 13;
const LINE_PX = 18;

// Returns take(point, words): whether there is room, which is then taken.
export function createRoom(map) {
  const placed = [];
  return (point, words) => {
    const { x, y } = map.latLngToContainerPoint(latLngOf(point));
    const half = ([...words].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.6), 0) * LETTER_PX) / 2;
    const free = placed.every((box) => Math.abs(box.x - x) >= box.half + half || Math.abs(box.y - y) >= LINE_PX);
    if (free) placed.push({ x, y, half });
    return free;
  };
}

// Distances on the ground from degrees, longitude first: between two points, and from a point to the edge of an area.

const EARTH_M = 6371008.8;
const RADIANS = Math.PI / 180;

export function metresBetween([lon, lat], [lon2, lat2]) {
  const half = Math.sin(((lat2 - lat) * RADIANS) / 2) ** 2 + Math.cos(lat * RADIANS) * Math.cos(lat2 * RADIANS) * Math.sin(((lon2 - lon) * RADIANS) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(half));
}

// The foot of a point on a line between two others, in a frame where a degree is as wide as it is high.
function footOn([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const part = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return [ax + part * dx, ay + part * dy];
}

// Where rings come nearest to a point: {point, metres}; null without rings.
export function nearestOnRings(rings, [lon, lat]) {
  const flat = Math.cos(lat * RADIANS);
  const at = [lon * flat, lat];
  let best = null;
  for (const ring of rings) {
    for (let index = 1; index < ring.length; index += 1) {
      const [a, b] = [ring[index - 1], ring[index]];
      const foot = footOn(at, [a[0] * flat, a[1]], [b[0] * flat, b[1]]);
      const square = (foot[0] - at[0]) ** 2 + (foot[1] - at[1]) ** 2;
      if (!best || square < best.square) best = { square, point: [foot[0] / flat, foot[1]] };
    }
  }
  return best && { point: best.point, metres: metresBetween([lon, lat], best.point) };
}

// The grids' outlines as the server packs them (GET /layers/outlines), unpacked for drawing.

function ringOf(steps, degrees) {
  const ring = [];
  let [x, y] = [0, 0];
  for (let index = 0; index < steps.length; index += 2) {
    x += steps[index];
    y += steps[index + 1];
    ring.push([x * degrees, y * degrees]);
  }
  ring.push(ring[0]);
  return ring;
}

function cornersOf(steps) {
  const corners = [];
  let [x, y] = [0, 0];
  for (let index = 0; index < steps.length; index += 2) {
    x += steps[index];
    y += steps[index + 1];
    corners.push([x, y]);
  }
  return corners;
}

// Edges whose two sides are of different towns, or that have one side only: neighbours share their corners exactly.
function townBorders({ polygons, towns, step }) {
  const edges = new Map();
  polygons.forEach((parts, index) => {
    for (const steps of parts.flat()) {
      const corners = cornersOf(steps);
      corners.forEach((to, at) => {
        const from = corners.at(at - 1);
        const key = from[0] < to[0] || (from[0] === to[0] && from[1] < to[1]) ? `${from}|${to}` : `${to}|${from}`;
        const known = edges.get(key);
        if (known === undefined) edges.set(key, { from, to, town: towns[index], border: true });
        else known.border = known.town !== towns[index];
      });
    }
  });
  const degrees = ([x, y]) => [x * step, y * step];
  return [...edges.values()].filter((edge) => edge.border).map((edge) => [degrees(edge.from), degrees(edge.to)]);
}

export function unpack(packed) {
  const features = packed.codes.map((code, index) => ({
    type: "Feature",
    properties: { code, grid: code, town: packed.towns[index], community: packed.communities[index] },
    geometry: {
      type: "MultiPolygon",
      coordinates: packed.polygons[index].map((rings) => rings.map((steps) => ringOf(steps, packed.step))),
    },
  }));
  return {
    collection: { type: "FeatureCollection", features },
    borders: townBorders(packed),
    towns: packed.town_names,
  };
}

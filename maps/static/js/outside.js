// Whether a point lies in the county, and how far out it is if it does not: so that a slip of the finger is told in
// words, and the map does not go where there is nothing to see.

import { distance } from "./format.js";
import { boundsOf, latLngOf } from "./lonlat.js";
import { nearestOnRings } from "./metres.js";
import { t } from "./words.js";

const NEAR_M = 30_000; // farther off, point and border do not fit a view in which either can be read

// towns: the polygons that make up the county.
export function createOutside(map, towns) {
  // {point on the border, metres} of a point outside; null inside, and where no border is known.
  function find(point) {
    if (!point || towns.features().length === 0 || towns.at(point)) return null;
    const found = nearestOnRings(towns.rings(), point);
    return found.metres < 1 ? null : found;
  }

  const isFar = (point) => (find(point)?.metres ?? 0) > NEAR_M;

  return {
    isFar,
    words(point) {
      const out = find(point);
      return out && t("outside.far", { distance: distance(out.metres) });
    },
    // Shows a point: in the county at a zoom, beside it with the border, far off not at all.
    goTo(point, zoom) {
      const out = find(point);
      if (!out) map.setView(latLngOf(point), zoom, { animate: false });
      else if (!isFar(point)) {
        const [[lon, lat], [lon2, lat2]] = [point, out.point];
        const box = [Math.min(lon, lon2), Math.min(lat, lat2), Math.max(lon, lon2), Math.max(lat, lat2)];
        map.fitBounds(boundsOf(box), { padding: [80, 80], maxZoom: zoom, animate: false });
      }
    },
  };
}

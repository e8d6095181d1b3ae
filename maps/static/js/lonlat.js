// The one place where our (longitude, latitude) in WGS 84 becomes Leaflet's (latitude, longitude) in the datum of the
// base map, and back. Everything else in GridCall, URLs included, is longitude first and WGS 84.

import { gcj02ToWgs84, wgs84ToGcj02 } from "./datum.js";

let datum = "WGS84";

export function useDatum(name) {
  const changed = name !== datum;
  datum = name;
  return changed;
}

export function latLngOf([lon, lat]) {
  const [x, y] = datum === "GCJ-02" ? wgs84ToGcj02(lon, lat) : [lon, lat];
  return window.L.latLng(y, x);
}

export function lonLatOf({ lat, lng }) {
  return datum === "GCJ-02" ? gcj02ToWgs84(lng, lat) : [lng, lat];
}

// bbox = west, south, east, north.
export function boundsOf([west, south, east, north]) {
  return window.L.latLngBounds(latLngOf([west, south]), latLngOf([east, north]));
}

export function bboxOf(bounds) {
  const [west, south] = lonLatOf(bounds.getSouthWest());
  const [east, north] = lonLatOf(bounds.getNorthEast());
  return [Math.max(west, -180), Math.max(south, -90), Math.min(east, 180), Math.min(north, 90)];
}

// Whether a map stands where an address says: [lon, lat, zoom]. Leaflet puts the centre on whole pixels; an address must
// not creep by one each time it is opened.
export function standsAt(map, at) {
  return at?.[2] === map.getZoom() && map.latLngToContainerPoint(latLngOf(at)).distanceTo(map.getSize().divideBy(2)) <= 1.5;
}

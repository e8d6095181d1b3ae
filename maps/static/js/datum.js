// WGS 84 to GCJ-02 and back (degrees, longitude first): AMap draws China in GCJ-02, up to 700 m away.
// The same published formula as gis/datum.py; tests compare both with the fixture made by gcoord.

const A = 6378245.0;
const EE = 0.00669342162296594323;
const ROUNDS = 4;

function inChina(lon, lat) {
  return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

function waves(x, first, second) {
  const { sin, PI } = Math;
  return (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * (2 / 3) +
    (20 * sin(first * PI) + 40 * sin((first / 3) * PI)) * (2 / 3) + second;
}

function shift(lon, lat) {
  const { sin, cos, sqrt, abs, PI } = Math;
  const x = lon - 105;
  const y = lat - 35;
  const root = sqrt(abs(x));
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root +
    waves(x, y, (160 * sin((y / 12) * PI) + 320 * sin((y / 30) * PI)) * (2 / 3));
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root +
    waves(x, x, (150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * (2 / 3));
  const radians = (lat / 180) * PI;
  const magic = 1 - EE * sin(radians) ** 2;
  return [
    (east * 180) / ((A / sqrt(magic)) * cos(radians) * PI),
    (north * 180) / (((A * (1 - EE)) / (magic * sqrt(magic))) * PI),
  ];
}

export function wgs84ToGcj02(lon, lat) {
  if (!inChina(lon, lat)) return [lon, lat];
  const [east, north] = shift(lon, lat);
  return [lon + east, lat + north];
}

// The formula has no closed inverse; the shift changes by under 0.5 % of a step, so four rounds leave nothing.
export function gcj02ToWgs84(lon, lat) {
  if (!inChina(lon, lat)) return [lon, lat];
  let [east, north] = [lon, lat];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [x, y] = wgs84ToGcj02(east, north);
    east += lon - x;
    north += lat - y;
  }
  return [east, north];
}

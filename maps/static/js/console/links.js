// Positions as people paste them: coordinates, and links of AMap and Baidu with the datum each of them means.

const NUMBER = String.raw`-?\d{1,3}\.\d+`;
const PAIR = new RegExp(String.raw`(${NUMBER})\s*[,，\s]\s*(${NUMBER})`);
const CRS = { wgs84: "WGS84", wgs84ll: "WGS84", gcj02: "GCJ-02", gcj02ll: "GCJ-02", bd09ll: "BD-09", bd09: "BD-09" };

// Baidu's own map addresses use its metres; the published polynomials of its web API turn them into BD-09 degrees.
const BANDS = [
  [5591021, [-3.030883460898826e-8, 0.00000898305509983578, 0.30071316287616, 59.74293618442277, 7.357984074871, -25.38371002664745, 13.45380521110908, -3.29883767235584, 0.32710905363475, 6856817.37]],
  [3481989.83, [-1.981981304930552e-8, 0.000008983055099779535, 0.03278182852591, 40.31678527705744, 0.65659298677277, -4.44255534477492, 0.85341911805263, 0.12923347998204, -0.04625736007561, 4482777.06]],
  [1678043.12, [3.09191371068437e-9, 0.000008983055096812155, 0.00006995724062, 23.10934304144901, -0.00023663490511, -0.6321817810242, -0.00663494467273, 0.03430082397953, -0.00466043876332, 2555164.4]],
  [0, [2.890871144776878e-9, 0.000008983055095805407, -3.068298e-8, 7.47137025468032, -0.00000353937994, -0.02145144861037, -0.00001234426596, 0.00010322952773, -0.00000323890364, 826088.5]],
];

export function degreesOfBaiduMetres(x, y) {
  const [, factors] = BANDS.find(([from]) => Math.abs(y) >= from);
  const part = Math.abs(y) / factors[9];
  const latitude = factors.slice(2, 9).reduce((sum, factor, power) => sum + factor * part ** power, 0);
  return [factors[0] + factors[1] * Math.abs(x), latitude * Math.sign(y)];
}

// In China a longitude is larger than any latitude, so either order can be told.
function inOrder(first, second) {
  return Math.abs(first) >= Math.abs(second) ? [first, second] : [second, first];
}

function pairIn(text) {
  const match = PAIR.exec(text ?? "");
  return match ? inOrder(Number(match[1]), Number(match[2])) : null;
}

function ofAmap(url) {
  const query = url.searchParams;
  // uri.amap.com gives "lon,lat", the older wb.amap.com gives "id,lat,lon,name".
  const point = ["position", "lnglat", "center", "to", "q", "p", "location"].map((name) => pairIn(query.get(name))).find(Boolean);
  const coordinate = CRS[(query.get("coordinate") ?? "").toLowerCase()];
  return point && { point, crs: coordinate ?? "GCJ-02" };
}

function ofBaidu(url) {
  const query = url.searchParams;
  const named = CRS[(query.get("coord_type") ?? "").toLowerCase()];
  const point = ["location", "latlng", "destination", "center"].map((name) => pairIn(query.get(name))).find(Boolean);
  if (point) return { point, crs: named ?? "BD-09" };
  const metres = /@(-?\d{6,9}(?:\.\d+)?),(-?\d{6,9}(?:\.\d+)?)/.exec(url.pathname);
  return metres && { point: degreesOfBaiduMetres(Number(metres[1]), Number(metres[2])), crs: "BD-09" };
}

const HOSTS = [
  [/(^|\.)(amap|gaode)\.com$/, ofAmap],
  [/(^|\.)baidu\.com$/, ofBaidu],
];
const SHORT = /^(surl\.amap\.com|j\.map\.baidu\.com)$/;

// {point: [lon, lat], crs} | {short: true} for a link only its own host could open | null.
export function readPosition(text) {
  const link = /https?:\/\/[^\s，。]+/.exec(text)?.[0];
  if (!link) {
    const alone = /^\s*[（(]?\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*[)）]?\s*$/.exec(text);
    if (!alone) return null;
    const [lon, lat] = inOrder(Number(alone[1]), Number(alone[2]));
    return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { point: [lon, lat], crs: "WGS84" } : null;
  }
  let url;
  try {
    url = new URL(link);
  } catch {
    return null;
  }
  if (SHORT.test(url.hostname)) return { short: true };
  for (const [host, read] of HOSTS) if (host.test(url.hostname)) return read(url);
  return null;
}

// "盛龙花园19号楼1单元" is the estate 盛龙花园; the rest is kept as the address.
const BUILDING = /^(.{2,}?)[\s,，]*((?:东|西|南|北)?[A-Za-z]?\d{1,4}\s*(?:-\d{1,4}\s*)*(?:号楼|号院|#楼|＃楼|#|＃|楼|栋|幢|单元|号|座|室).*|(?:building|bldg|block|no\.?)\s*\d+.*)$/i;

export function splitBuilding(text) {
  const match = BUILDING.exec(text.trim());
  return match ? { place: match[1].trim(), building: match[2].trim() } : { place: text.trim(), building: "" };
}

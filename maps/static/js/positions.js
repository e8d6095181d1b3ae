// Positions as people write and paste them: coordinates in degrees, minutes and seconds, with or without their names,
// and links of AMap, Baidu and Tencent, each in the datum it means.

const NUMBER = String.raw`-?\d{1,3}\.\d+`;
const PAIR = new RegExp(String.raw`(${NUMBER})\s*[,，\s]\s*(${NUMBER})`);
const METRES = /(-?\d{6,9}(?:\.\d+)?),(-?\d{6,9}(?:\.\d+)?)/;
const CRS = { wgs84: "WGS84", wgs84ll: "WGS84", gps: "WGS84", gcj02: "GCJ-02", gcj02ll: "GCJ-02", gaode: "GCJ-02", bd09ll: "BD-09", bd09: "BD-09" };

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

// The first parameter that holds a pair, or the first two that hold one number each.
function pointOf(query, pairs, singles) {
  const pair = pairs.map((name) => pairIn(query.get(name))).find(Boolean);
  if (pair) return pair;
  const [lon, lat] = singles.find((names) => names.every((name) => Number.isFinite(Number.parseFloat(query.get(name))))) ?? [];
  return lon ? [Number.parseFloat(query.get(lon)), Number.parseFloat(query.get(lat))] : null;
}

function crsNamed(text) {
  return CRS[(text ?? "").toLowerCase().replace(/[-_]/g, "")];
}

// Pages for people (regeo), its URI API (marker, navigation), the older wb.amap.com with "id,lat,lon,name", and the
// schemes of its apps, which say with dev=1 that a point is still in WGS 84.
function ofAmap({ searchParams: query }) {
  const pairs = ["position", "lnglat", "location", "center", "to", "to[lnglat]", "dest", "q", "p", "from", "from[lnglat]"];
  const point = pointOf(query, pairs, [["lng", "lat"], ["lon", "lat"], ["dlon", "dlat"], ["longitude", "latitude"]]);
  const named = crsNamed(query.get("coordinate")) ?? (query.get("dev") === "1" ? "WGS84" : null);
  return point && { point, crs: named ?? "GCJ-02" };
}

function ofBaidu({ searchParams: query, pathname, hash }) {
  const named = (query.get("coord_type") ?? "").toLowerCase();
  const point = named === "bd09mc" ? null : pointOf(query, ["location", "latlng", "destination", "center", "origin"], [["lng", "lat"], ["lon", "lat"]]);
  if (point) return { point, crs: crsNamed(named) ?? "BD-09" };
  const places = [pathname.split("@")[1], hash.split("@")[1], query.get("c"), ...(named === "bd09mc" ? [query.get("location"), query.get("latlng")] : [])];
  const metres = places.map((text) => METRES.exec(text ?? "")).find(Boolean);
  return metres && { point: degreesOfBaiduMetres(...inOrder(Number(metres[1]), Number(metres[2]))), crs: "BD-09" };
}

// coord_type of its URI API: 1 GPS, 3 Baidu, else its own GCJ-02.
const OF_TENCENT = { 1: "WGS84", 3: "BD-09" };

function ofTencent({ searchParams: query }) {
  const pairs = ["marker", "markers", "coord", "center", "tocoord", "latlng", "location", "fromcoord"];
  const point = pointOf(query, pairs, [["pointx", "pointy"], ["lng", "lat"]]);
  return point && { point, crs: OF_TENCENT[query.get("coord_type")] ?? "GCJ-02" };
}

const PROVIDERS = [
  [/^(https?:\/\/([\w-]+\.)*(amap|gaode)\.com$|(ios|android)amap:|amapuri:)/, ofAmap],
  [/^(https?:\/\/([\w-]+\.)*baidu\.com$|baidumap:)/, ofBaidu],
  [/^(https?:\/\/([\w-]+\.)*map\.(wap\.)?qq\.com$|https?:\/\/(mapapi|3gimg)\.qq\.com$|qqmap:)/, ofTencent],
];
const SHORT = /^(surl\.amap\.com|j\.map\.baidu\.com)$/;
const LINK = /[a-z][a-z\d]*:\/\/[^\s，。）】]+/i;

function ofLink(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (SHORT.test(url.hostname)) return { short: true };
  const [, read] = PROVIDERS.find(([address]) => address.test(`${url.protocol}//${url.hostname}`)) ?? [];
  if (!read) return null;
  const found = read(url);
  return found && isOnEarth(found.point) ? found : { empty: true };
}

function isOnEarth([lon, lat]) {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

const DATUMS = [
  [/gcj-?0?2(?:ll)?|火星坐标系?|高德|腾讯/i, "GCJ-02"],
  [/bd-?09(?:ll)?|百度/i, "BD-09"],
  [/wgs-?84|cgcs-?2000|gps|北斗|天地图/i, "WGS84"],
];
// A number is whole: digits alone are the number of a grid or of a house, not two angles.
const ANGLE = String.raw`(-?\d{1,3}(?:\.\d+)?)(?![-\d.])(?:\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:['’′分]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:["”″秒]|''|′′)?)?)?)?)?`;
const AXIS = "东经|西经|北纬|南纬|经度|纬度|longitude|latitude|long|lon|lng|lat|[EWNS]";
const AROUND = String.raw`[\s,;、/|&()\[\]【】]*`;
const ONE = new RegExp(String.raw`${AROUND}(?:(${AXIS})\s*[:=]?\s*${ANGLE}|${ANGLE}\s*(${AXIS})?)${AROUND}`, "iy");
const EMPTY_WORDS = /坐标系?|经纬度|位置|定位|location|position|coordinates?|[:=]$/gi;

// "东经119.41", "35°59'24\"N": {axis: "lon" | "lat" | null, value}.
function angleOf(match) {
  const [name, parts] = match[1] ? [match[1], match.slice(2, 5)] : [match[8], match.slice(5, 8)];
  const [degrees, minutes, seconds] = parts.map((part) => (part === undefined ? 0 : Number(part)));
  if (minutes >= 60 || seconds >= 60) return null;
  const size = Math.abs(degrees) + minutes / 60 + seconds / 3600;
  const sign = degrees < 0 || /^(西经|南纬|w|s)$/i.test(name ?? "") ? -1 : 1;
  const axis = name && (/经|^(lo|ln|e|w)/i.test(name) ? "lon" : "lat");
  return { axis: axis ?? null, value: Number((sign * size).toFixed(7)) };
}

// Two angles and nothing else, in either order: {point, crs}, or null.
function ofDegrees(text) {
  // Degrees as people type them; what stands in full width is told apart from nothing else.
  let rest = text.replaceAll("º", "°").normalize("NFKC");
  const [datum, crs] = DATUMS.find(([pattern]) => pattern.test(rest)) ?? [null, "WGS84"];
  if (datum) rest = rest.replace(datum, " ");
  rest = rest.replace(EMPTY_WORDS, " ").replace(/^[\s:=]+/, "");
  const found = [];
  ONE.lastIndex = 0;
  for (let match = ONE.exec(rest); match && match[0]; match = ONE.exec(rest)) {
    found.push(angleOf(match));
    if (ONE.lastIndex === rest.length) break;
  }
  const isWhole = found.length === 2 && ONE.lastIndex === rest.length;
  ONE.lastIndex = 0;
  if (!isWhole || found.includes(null)) return null;
  const [first, second] = found;
  if (first.axis && first.axis === second.axis) return null;
  const named = first.axis ?? (second.axis && (second.axis === "lon" ? "lat" : "lon"));
  const point = named ? (named === "lon" ? [first.value, second.value] : [second.value, first.value]) : inOrder(first.value, second.value);
  return isOnEarth(point) ? { point, crs } : null;
}

// {point: [lon, lat], crs} | {short: true} for a link only its own host could open | {empty: true} for one that names no
// position | null.
export function readPosition(text) {
  const link = LINK.exec(text)?.[0];
  return link ? ofLink(link) : ofDegrees(text);
}

// "盛龙花园19号楼1单元" is the estate 盛龙花园; the rest is kept as the address.
const BUILDING = /^(.{2,}?)[\s,，]*((?:东|西|南|北)?[A-Za-z]?\d{1,4}\s*(?:-\d{1,4}\s*)*(?:号楼|号院|#楼|＃楼|#|＃|楼|栋|幢|单元|号|座|室).*|(?:building|bldg|block|no\.?)\s*\d+.*)$/i;

export function splitBuilding(text) {
  const match = BUILDING.exec(text.trim());
  return match ? { place: match[1].trim(), building: match[2].trim() } : { place: text.trim(), building: "" };
}

// Reports of the view, clustered. Markers that stay in the view stay in the document: focus and clusters do not jump.

import { latest } from "../api.js";
import { h } from "../dom.js";
import { count } from "../format.js";
import { bboxOf, latLngOf } from "../lonlat.js";
import { t } from "../words.js";
import { mark } from "./marks.js";

const MOST = 1000;

function clusterIcon(cluster) {
  const number = cluster.getChildCount();
  const size = number < 10 ? 32 : number < 100 ? 38 : 46;
  const html = h("span", {}, count(number));
  return window.L.divIcon({ html, className: "report-cluster", iconSize: [size, size] });
}

// title(feature): the words a pointer or screen reader gets; open(id): called on click or Enter.
export function createReports(map, { shapeOf, title, open }) {
  const fetchLatest = latest();
  const markers = new Map();
  const group = window.L.markerClusterGroup({
    maxClusterRadius: 46,
    showCoverageOnHover: false,
    animate: false,
    spiderLegPolylineOptions: { weight: 1, color: "#57606a" },
    iconCreateFunction: clusterIcon,
  });

  function markerOf(feature) {
    const { id, category, light } = feature.properties;
    const html = mark(shapeOf(category), light);
    const icon = window.L.divIcon({ html, className: "report-mark", iconSize: [30, 30] });
    const words = title(feature);
    const marker = window.L.marker(latLngOf(feature.geometry.coordinates), { icon, title: words, alt: words });
    marker.on("click", () => open(id));
    return marker;
  }

  // What a marker shows; when it changes the marker is made anew.
  function stamp({ properties, geometry }) {
    return [properties.version, properties.light, ...geometry.coordinates].join("|");
  }

  function update(features) {
    const wanted = new Map(features.filter((one) => one.geometry).map((one) => [one.properties.id, one]));
    const gone = [];
    for (const [id, { marker, stamp: old }] of markers) {
      const feature = wanted.get(id);
      if (feature && stamp(feature) === old) wanted.delete(id);
      else {
        gone.push(marker);
        markers.delete(id);
      }
    }
    group.removeLayers(gone);
    const fresh = [...wanted].map(([id, feature]) => {
      const marker = markerOf(feature);
      markers.set(id, { marker, stamp: stamp(feature) });
      return marker;
    });
    group.addLayers(fresh);
  }

  function clear() {
    markers.clear();
    group.clearLayers();
  }

  return {
    clear,
    hide() {
      clear();
      group.remove();
    },
    // Returns how many are shown and whether the view holds more.
    async refresh(parameters) {
      const bbox = bboxOf(map.getBounds()).map((number) => number.toFixed(6)).join(",");
      const collection = await fetchLatest("/reports", { ...parameters, f: "geojson", bbox, limit: MOST });
      group.addTo(map);
      update(collection.features);
      return { shown: collection.features.length, more: collection.next !== null };
    },
    caption: ({ shown, more }) => t(more ? "reports.newest" : "reports.shown", { n: count(shown) }),
  };
}

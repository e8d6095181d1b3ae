// More reports than the list holds: the server counts those of the view in piles, so that none is missing on the map.
// What it gives one by one becomes rows like the list's.

import { isAbort, latest } from "../api.js";
import { bboxOf } from "../lonlat.js";
import { rowOfFeature } from "./cases.js";

const PAD = 0.25;
const SETTLE_MS = 150;
const AGAIN_MS = 3_000;
const MARGIN = 0.02; // a view's edge is no bin's edge: what is asked for is a little more than is shown

// parameters(): of the queue and its filters; watch(work): runs a request and tells its state; changed(): new ones are here.
export function createHeaps(map, { parameters, watch, changed }) {
  const ask = latest();
  let on = false;
  let shown = { heaps: [], rows: [] };
  let timer = 0;
  let askedAt = 0;
  let held = null; // {zoom, bounds}: what was asked for

  async function fetchView() {
    held = null;
    const [bounds, zoom] = [map.getBounds().pad(PAD), map.getZoom()];
    const bbox = bboxOf(bounds.pad(MARGIN)).map((number) => number.toFixed(5)).join(",");
    const { features } = await ask("/reports/clustered", { ...parameters(), bbox, zoom: Math.round(zoom) });
    held = { zoom, bounds };
    const isPile = ({ properties }) => properties.pile !== undefined;
    shown = {
      heaps: features.filter(isPile).map(({ id, geometry, properties }) => ({ key: id, point: geometry.coordinates, ...properties })),
      rows: features.filter((feature) => !isPile(feature)).map(rowOfFeature),
    };
  }

  async function refresh() {
    timer = 0;
    askedAt = Date.now();
    try {
      await watch(fetchView);
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
    if (on) changed();
  }

  function refreshSoon(wait) {
    if (!on) return;
    clearTimeout(timer);
    timer = setTimeout(refresh, wait);
  }

  map.on("moveend", () => {
    if (held?.zoom !== map.getZoom() || !held.bounds.contains(map.getBounds())) refreshSoon(SETTLE_MS);
  });

  return {
    isOn: () => on,
    shown: () => shown,
    // Others changed something: asked again, but not at every event.
    refresh: () => timer || refreshSoon(Math.max(SETTLE_MS, AGAIN_MS - (Date.now() - askedAt))),
    // Whether the queue holds more than the list; then the map's piles are the server's.
    async use(wanted) {
      on = wanted;
      if (wanted) await refresh();
      else {
        clearTimeout(timer);
        timer = 0;
        held = null;
        shown = { heaps: [], rows: [] };
      }
    },
  };
}

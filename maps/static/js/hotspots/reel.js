// The months of a film: read off the series where it holds all that is shown, else fetched, each month once and one
// ahead of the slider.

import { createFrames, inSeries } from "./frames.js";

// load(step): the layer of a month; loadTiles(address): resolves when a surface is there to be shown.
export function createReel({ model, question, timeline, load, loadTiles }) {
  if (inSeries(question)) return { at: createFrames(model, question.view, timeline), ready: async () => {} };
  const loaded = new Map();
  const asked = new Map();

  async function fetchMonth(index) {
    const frame = await load(timeline.steps[index]);
    if (frame.tiles) await loadTiles(frame.tiles);
    loaded.set(index, frame);
  }

  return {
    // The layer of a month; null where it was not fetched yet.
    at: (index) => loaded.get(index) ?? null,
    ready(index) {
      if (!asked.has(index)) {
        // A month that failed is asked for again when the film comes by.
        asked.set(index, fetchMonth(index).catch((error) => {
          asked.delete(index);
          throw error;
        }));
      }
      return asked.get(index);
    },
  };
}

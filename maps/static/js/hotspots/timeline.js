// Months as bars with a slider below: choose a month, step, or let them play.

import { byId, svg } from "../dom.js";
import { count } from "../format.js";
import { t } from "../words.js";
import { monthEnd, monthName, wholeMonth } from "./figures.js";
import { periodName } from "./names.js";

const FRAME_MS = 800;
const HEIGHT = 40;
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");

// ready(index): resolves when a month can be shown; show(index): shows it if it is there; choose(from, to): makes it the
// question.
export function createTimeline({ ready, show, choose }) {
  const [bars, slider, play, label] = ["months", "month", "play", "month-label"].map(byId);
  let timeline = null;
  let first = 0;
  let playable = false;
  let filtered = false;
  let timer = 0;

  const some = (index) => timeline.totals[index] > 0;

  // empty: how many months without a report a film has just passed over.
  function say(index, empty = 0) {
    // The bars count the matter as a whole: of what is narrowed down they know only the month.
    const words = t(filtered ? "hot.month_only" : "hot.month_total", { month: monthName(timeline.steps[index].from), n: count(timeline.totals[index]) });
    label.textContent = empty > 0 ? t("hot.month_after_empty", { words, n: count(empty) }) : words;
    slider.setAttribute("aria-valuetext", words);
  }

  function mark(from, to) {
    [...bars.children].forEach((bar, place) => {
      const { from: start } = timeline.steps[first + place];
      bar.classList.toggle("within", Boolean(from) && start >= `${from.slice(0, 7)}-01` && start <= to);
    });
  }

  function draw() {
    const most = Math.max(...timeline.totals, 1);
    const shown = timeline.steps.slice(first);
    bars.setAttribute("viewBox", `0 0 ${shown.length} ${HEIGHT}`);
    bars.replaceChildren(
      ...shown.map((step, place) => {
        const total = timeline.totals[first + place];
        // A month with any report shows at least a line.
        const height = total ? Math.max(2, (total / most) * HEIGHT) : 0;
        const bar = svg("g", {}, svg("rect", { x: place, y: 0, width: 1, height: HEIGHT, class: "slot" }),
          svg("rect", { x: place + 0.1, y: HEIGHT - height, width: 0.8, height, class: "bar" }));
        return bar;
      }),
    );
    slider.min = first;
    slider.max = timeline.steps.length - 1;
    const year = (step) => step.from.slice(0, 4);
    byId("months-from").textContent = year(shown[0]);
    byId("months-to").textContent = year(shown.at(-1)) === year(shown[0]) ? "" : year(shown.at(-1));
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = t("hot.play");
    play.setAttribute("aria-pressed", "false");
  }

  function commit(index) {
    const { from } = timeline.steps[index];
    choose(from, monthEnd(from));
  }

  // The next month with any report: 50 empty ones in a row are no film.
  function next(index, way) {
    for (let at = index + way; at >= first && at < timeline.steps.length; at += way) if (some(at)) return at;
    return null;
  }

  function go(index, empty) {
    slider.value = index;
    say(index, empty);
    mark(timeline.steps[index].from, monthEnd(timeline.steps[index].from));
    // What a popup says is of the month before.
    document.body.classList.add("between-months");
    if (playable) show(index);
  }

  // A month that is not there yet holds the film; one that cannot be had ends it, and is asked for as the question.
  async function tick(index) {
    const mine = timer;
    const there = index !== null && (await ready(index).then(() => true, () => false));
    if (timer !== mine) return;
    if (!there) {
      stop();
      commit(index ?? Number(slider.value));
      return;
    }
    go(index, index - Number(slider.value) - 1);
    const after = next(index, 1);
    // Whether it came is found out when its turn comes.
    if (after !== null) ready(after).catch(() => {});
    timer = setTimeout(tick, FRAME_MS, after);
  }

  function start() {
    play.textContent = t("hot.pause");
    play.setAttribute("aria-pressed", "true");
    // From the last month there is nothing to play but from the beginning.
    timer = setTimeout(tick, FRAME_MS / 4, next(Number(slider.value), 1) ?? first);
  }

  play.addEventListener("click", () => {
    if (!timer) return start();
    stop();
    return commit(Number(slider.value));
  });
  slider.addEventListener("input", () => {
    stop();
    go(Number(slider.value));
  });
  slider.addEventListener("change", () => commit(Number(slider.value)));
  bars.addEventListener("click", (event) => {
    const box = bars.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * (timeline.steps.length - first));
    stop();
    go(first + place);
    commit(first + place);
  });
  for (const [id, way] of [["month-before", -1], ["month-after", 1]]) {
    byId(id).addEventListener("click", () => {
      const index = next(Number(slider.value), way);
      if (index === null) return;
      stop();
      go(index);
      commit(index);
    });
  }

  return {
    playing: () => timer !== 0,
    stop,
    set(loaded) {
      stop();
      timeline = loaded;
      byId("timeline").hidden = !loaded;
      if (!loaded) return;
      first = Math.max(0, Math.min(loaded.totals.findIndex((total) => total > 0), loaded.steps.length - 2));
      draw();
    },
    // What is shown, and whether months can be played in this view.
    reflect(period, { canPlay, narrowed, span }) {
      document.body.classList.remove("between-months");
      if (!timeline) return;
      [playable, filtered] = [canPlay, narrowed];
      play.hidden = !canPlay || STILL.matches;
      byId("play-why").textContent = canPlay || !span?.from ? "" : t("hot.play_why", { span: periodName(span) });
      const index = timeline.steps.findIndex((step) => step.from === (period?.to ? `${period.to.slice(0, 7)}-01` : ""));
      if (index >= 0) slider.value = index;
      mark(period?.from, period?.to);
      if (index >= 0 && wholeMonth(period.from, period.to)) say(index);
      else label.textContent = "";
    },
  };
}

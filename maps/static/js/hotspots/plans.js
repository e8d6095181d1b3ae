// Measures: an area, a day and what was done, with the rate before and after against a control area.

import { ask, reasonOf } from "./answer.js";
import { ApiError, send } from "../api.js";
import { byId, facts, h } from "../dom.js";
import { count, date } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figures.js";
import { choiceOf } from "./question.js";
import { sentence } from "./names.js";

function side(one) {
  return one && t("hot.before_after", { before: figure(one.rate_before), after: figure(one.rate_after), n: count(one.before), m: count(one.after) });
}

// question(): the question now; drawing: see drawing.js; show(geometries): draw them; areaOfPick(): geometry or null.
export function createPlans({ question, whatWords, drawing, show, fit, areaOfPick, sheets }) {
  const [panel, list, form, problem] = ["plans", "plan-list", "plan-form", "plan-problem"].map(byId);
  let area = null;
  let control = null;
  let plans = [];
  let opened = null;

  function reflectAreas() {
    byId("plan-area-said").textContent = area ? t("hot.area_drawn") : t("hot.area_missing");
    byId("plan-control-said").textContent = control ? t("hot.area_drawn") : t("hot.control_rest");
    byId("plan-pick").hidden = !areaOfPick();
    show([area, control].filter(Boolean));
  }

  function about(plan) {
    return whatWords(plan.category ?? (plan.tag ? `tag:${plan.tag}` : ""));
  }

  function outcome(plan) {
    const { effect, in_area: inArea, in_control: inControl } = plan;
    const why = (code) => plan.notes.find((note) => note.code === code);
    const instead = why("unknown_side") ?? why("no_longer_told");
    return [
      h("p", { class: "verdict" }, effect ? sentence(effect.words) : sentence(instead) || t(why("few") ? "hot.plan_few" : "hot.plan_waits")),
      facts([
        [t("hot.plan_what"), about(plan)],
        [t("hot.plan_measure"), plan.measure],
        [t("hot.plan_days"), t("hot.days", { n: count(plan.days) })],
        [t("hot.in_area"), side(inArea)],
        [t("hot.in_control"), side(inControl)],
      ]),
      h("ul", { class: "notes" }, plan.notes.filter((note) => note !== instead).map((note) => h("li", {}, sentence(note)))),
      h("p", { class: "tools" },
        h("button", { type: "button", click: () => fit(plan.area) }, t("hot.show_on_map")),
        plan.may_remove ? h("button", { type: "button", class: "quiet", click: () => confirmRemoval(plan) }, t("hot.delete")) : null),
    ];
  }

  function open(plan) {
    opened = plan.id;
    show([plan.area, plan.control].filter(Boolean));
  }

  function entry(plan) {
    const details = h("details", { class: "plan", toggle: () => details.open && open(plan) },
      h("summary", {}, h("strong", {}, plan.name), h("small", {}, `${date(plan.taken_on)} · ${about(plan)}`)),
      outcome(plan));
    details.open = plan.id === opened;
    return details;
  }

  function render() {
    list.replaceChildren(...(plans.length ? plans.map(entry) : [h("p", { class: "empty" }, t("hot.no_plans"))]));
  }

  async function load() {
    try {
      const { items, may_add: mayAdd } = await ask("/interventions", {});
      plans = items;
      byId("plan-new").hidden = !mayAdd;
      render();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      list.replaceChildren(h("p", { class: "notice error" }, t("state.failed", { what: t("hot.plans") }), " ",
        h("button", { type: "button", class: "quiet", click: load }, t("action.retry"))));
    }
  }

  function confirmRemoval(plan) {
    const dialog = byId("plan-delete");
    byId("plan-delete-words").textContent = t("hot.delete_sure", { name: plan.name });
    dialog.returnValue = "";
    dialog.onclose = async () => {
      if (dialog.returnValue !== "yes") return;
      await send("DELETE", `/interventions/${plan.id}`);
      opened = null;
      show([]);
      load();
    };
    dialog.showModal();
  }

  async function draw(assign) {
    sheets.closeIfNarrow();
    const geometry = await drawing.start();
    if (geometry) assign(geometry);
    reflectAreas();
    sheets.openIfNarrow("findings");
    panel.scrollIntoView({ block: "start" });
  }

  async function save() {
    const data = new FormData(form);
    const { category, tag } = choiceOf({ ...question(), cause: "", source: "", repeat: false });
    const body = {
      name: data.get("name"), measure: data.get("measure"), taken_on: data.get("taken_on"), days: Number(data.get("days")),
      area, control, ...(category ? { category } : {}), ...(tag ? { tag } : {}),
    };
    try {
      const made = await send("POST", "/interventions", body);
      form.reset();
      [area, control, opened] = [null, null, made.id];
      byId("plan-new").open = false;
      problem.textContent = "";
      await load();
      show([made.area, made.control].filter(Boolean));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.textContent = t("hot.not_saved", { reason: reasonOf(error) });
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!area) {
      problem.textContent = t("hot.area_first");
      byId("plan-draw").focus();
      return;
    }
    save();
  });
  byId("plan-draw").addEventListener("click", () => draw((geometry) => (area = geometry)));
  byId("plan-control").addEventListener("click", () => draw((geometry) => (control = geometry)));
  byId("plan-pick").addEventListener("click", () => {
    area = areaOfPick();
    reflectAreas();
  });
  byId("plan-new").addEventListener("toggle", () => byId("plan-new").open && reflectAreas());
  panel.addEventListener("toggle", () => {
    if (panel.open) load();
    else show([]);
  });

  if (panel.open) load();
  return {
    reflect() {
      byId("plan-about").textContent = t("hot.plan_about", { what: whatWords(question().what) });
      byId("plan-pick").hidden = !areaOfPick();
    },
  };
}

// The numbers page: what the server counted, with how sure it is and what each number means.
import { get, Refused } from "./api.js";
import { byId, say, setText } from "./dom.js";
import { shortcuts } from "./keys.js";
import { showNav } from "./nav.js";
import { leave, seated } from "./session.js";

const PERIODS = [[1, "1 day"], [7, "7 days"], [28, "28 days"], [91, "91 days"]];
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" ';

// An element with attributes (`className`, `scope` ...) and children: elements, or text that goes in as text.
function el(tag, attributes, children = []) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

function text(figure) {
  if (figure.value === null) return "no cases yet";
  if (figure.unit === "share") return `${(100 * figure.value).toFixed(figure.n >= 100 ? 1 : 0)} %`;
  if (figure.unit === "s" && figure.value >= 90) return `${Math.floor(figure.value / 60)} min ${Math.round(figure.value % 60)} s`;
  return `${figure.value.toFixed(1)} ${figure.unit}`;
}

function sure(figure) {
  if (figure.value === null) return "";
  const of = `of ${figure.n}`;
  if (figure.low === null) return of;
  return `${(100 * figure.low).toFixed(0)} to ${(100 * figure.high).toFixed(0)} %, ${of}`;
}

function missed(figure) {
  const goal = /^>= (\d+)%$/.exec(figure.goal);
  return goal !== null && figure.value !== null && 100 * figure.value < Number(goal[1]);
}

function card(figure) {
  const below = missed(figure);
  return el("div", {}, [
    el("dt", {}, [figure.title]),
    el("dd", { className: below ? "value missed" : "value" }, [text(figure)]),
    el("dd", { className: "quiet" }, [below ? `below the goal of ${figure.goal.slice(3)}; ${sure(figure)}` : sure(figure)]),
    el("dd", {}, [el("details", {}, [el("summary", {}, ["What it counts"]), figure.how])]),
  ]);
}

function table({ title, how, rows }) {
  const shares = rows.some((row) => row.unit === "share");
  const heads = ["Group", shares ? "Share" : "Mean", shares ? "Between, of cases" : "Cases"];
  return el("figure", {}, [
    el("table", {}, [
      el("caption", {}, [title]),
      el("thead", {}, [el("tr", {}, heads.map((head) => el("th", { scope: "col" }, [head])))]),
      el("tbody", {}, rows.map((row) => el("tr", {}, [
        el("th", { scope: "row", dir: "auto" }, [row.group]),
        el("td", {}, [text(row)]),
        el("td", { className: "quiet" }, [sure(row)]),
      ]))),
    ]),
    rows.length ? el("details", {}, [el("summary", {}, ["What it counts"]), how]) : el("p", { className: "quiet" }, ["No cases yet."]),
  ]);
}

function plot({ title, svg, legend }) {
  const parsed = new DOMParser().parseFromString(svg.replace("<svg ", SVG), "image/svg+xml");
  const drawing = document.importNode(parsed.documentElement, true);
  const keys = legend.split(", ").map((name, n) => el("span", { className: "key" }, [el("i", { className: `s${n + 1}` }), name]));
  return el("figure", {}, [el("figcaption", {}, [title]), el("p", {}, keys), drawing]);
}

async function show(days) {
  for (const button of byId("period").children) button.setAttribute("aria-pressed", String(Number(button.value) === days));
  byId("csv").href = `/desk/api/numbers.csv?days=${days}`;
  setText("counted", "Counting …");
  try {
    const found = await get(`/desk/api/numbers?days=${days}`);
    say("notice", "");
    setText("counted", found.calls ? `${found.calls} calls in ${days === 1 ? "the last day" : `${days} days`}` : "No calls in this time.");
    byId("figures").replaceChildren(...found.figures.map(card));
    byId("plots").replaceChildren(...found.plots.map(plot));
    byId("tables").replaceChildren(...found.tables.map(table));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) leave(error.message);
    setText("counted", "");
    say("notice", error.message);
  }
}

byId("period").append(...PERIODS.map(([days, name], n) => {
  const button = el("button", { type: "button", value: String(days) }, [`${name} `, el("kbd", {}, [String(n + 1)])]);
  button.addEventListener("click", () => show(days));
  return button;
}));
shortcuts({
  active: () => byId("keys-on").checked,
  keys: { e: () => byId("csv").click() },
  digit: (n) => PERIODS[n - 1] && show(PERIODS[n - 1][0]),
  escape: () => {},
});
const me = await seated({ waiting: (note) => say("notice", note) });
setText("me", me.name);
showNav(me.pages);
await show(28);

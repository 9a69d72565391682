// The numbers page: what the server counted, with how sure it is and what each number means.
import { get } from "./api.js";
import { byId as at } from "./dom.js";

const PERIODS = [[1, "Today"], [7, "7 days"], [28, "28 days"], [91, "91 days"]];
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" ';
let days = 28;

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

async function show(chosen) {
  days = chosen;
  for (const button of at("period").children) button.setAttribute("aria-pressed", String(Number(button.value) === days));
  at("csv").href = `/desk/api/numbers.csv?days=${days}`;
  at("counted").textContent = "Counting …";
  try {
    const found = await get(`/desk/api/numbers?days=${days}`);
    at("notice").hidden = true;
    at("counted").textContent = found.calls ? `${found.calls} calls in ${days === 1 ? "the last day" : `${days} days`}` : "No calls in this time.";
    at("figures").replaceChildren(...found.figures.map(card));
    at("plots").replaceChildren(...found.plots.map(plot));
    at("tables").replaceChildren(...found.tables.map(table));
  } catch (error) {
    at("counted").textContent = "";
    at("notice").textContent = error.message;
    at("notice").hidden = false;
  }
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const period = PERIODS[Number(event.key) - 1];
  if (period) show(period[0]);
  else if (event.key.toLowerCase() === "e") at("csv").click();
  else if (event.key === "Escape") location.href = "/";
}

at("period").append(...PERIODS.map(([length, name], n) => {
  const button = el("button", { type: "button", value: String(length) }, [`${name} `, el("kbd", {}, [String(n + 1)])]);
  button.addEventListener("click", () => show(length));
  return button;
}));
document.addEventListener("keydown", keys);
show(days);

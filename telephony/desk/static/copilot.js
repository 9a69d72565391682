// The co-pilot's panel: an ask box, what comes unasked, what to do next, what is known of the caller. Everything shown
// is quoted, with its source and date; everything can be put away by a key; a screen reader hears of it when it is idle.

import { get, post } from "./api.js";
import { byId, make, press, setText, show } from "./dom.js";

let shown = null; // the newest state
let answered = null; // the answer on the page, until it is put away
let drawn = -1;
let run = (act) => act();

// doing(act): runs it and tells the agent what went wrong
export function openCopilot(doing) {
  if (shown === null) {
    run = (act) => doing(act)();
    byId("ask").addEventListener("submit", (event) => {
      event.preventDefault();
      run(ask);
    });
    byId("copilot-quiet").addEventListener("click", () => run(quiet));
    byId("copilot-page-close").addEventListener("click", closePage);
  }
  drawn = -1;
  return look();
}

// After a snapshot: all there is.
export async function look() {
  try {
    followCopilot({ copilot: await get("/desk/api/copilot") });
  } catch (error) {
    if (error.status !== 404 && error.status !== 403) throw error;
    show("copilot", false); // this service has none, or it is not for this person
  }
}

export function followCopilot({ copilot }) {
  if (copilot.version < drawn) return; // an answer that was overtaken
  if (shown && shown.call !== copilot.call) putAway();
  shown = copilot;
  drawn = copilot.version;
  render();
}

// --- what the agent does ---

export function askBox() {
  if (!byId("copilot").hidden) byId("question").focus();
}

export async function quiet() {
  if (shown) await post("/desk/api/copilot/quiet", { on: !shown.quiet });
}

// By key: the newest thing that can be marked, an answer before a prompt.
export async function markNewest(mark) {
  const newest = answered ?? shown?.prompts.at(-1);
  if (newest) await marked(newest.id, mark);
}

export function closePage() {
  if (byId("copilot-page").hidden) return false;
  show("copilot-page", false);
  pageOpener?.isConnected ? pageOpener.focus() : document.activeElement?.blur();
  return true;
}

async function ask() {
  const question = byId("question").value.trim();
  answered = await post("/desk/api/copilot/ask", { question });
  byId("question").value = "";
  render();
}

async function marked(id, mark) {
  await post(`/desk/api/copilot/shown/${encodeURIComponent(id)}/mark`, { mark });
  if (answered?.id === id) {
    if (mark === "useful") answered = { ...answered, mark };
    else putAway();
  } else if (mark === "useful") useful.add(id);
  render();
}

const useful = new Set();

function putAway() {
  answered = null;
  useful.clear();
  show("copilot-page", false);
}

let pageOpener = null; // where the focus goes back to

async function openPage(name) {
  pageOpener = document.activeElement;
  const page = await get(`/desk/api/copilot/articles/${encodeURIComponent(name)}`);
  setText("copilot-page-title", page.source.title);
  const place = byId("copilot-page-text");
  place.replaceChildren(dated(page.source, `${page.owner ? `${page.owner} · ` : ""}review by ${page.review_by}`));
  for (const { heading, sentences } of page.sections) {
    if (heading) place.append(make("h3", "", heading));
    place.append(text(sentences));
  }
  show("copilot-page", true);
  byId("copilot-page-title").focus();
}

// --- what is shown ---

function render() {
  show("copilot", Boolean(shown));
  if (!shown) return;
  press("copilot-quiet", shown.quiet);
  const place = byId("answer");
  place.replaceChildren(...(answered ? [answerCard(answered)] : []));
  draw("prompts", shown.prompts.slice().reverse().map(promptCard), shown.prompts.map((p) => p.id + useful.has(p.id)).join());
  draw("next-actions", shown.actions.map(actionCard), JSON.stringify(shown.actions));
  draw("facts", shown.facts.map(factLine), JSON.stringify(shown.facts));
  show("next-title", shown.actions.length > 0);
  show("facts-title", shown.facts.length > 0);
}

// Only what changed is drawn anew, so that a reader is not told the same twice and the focus stays.
function draw(id, cards, what) {
  const place = byId(id);
  if (place.dataset.what === what) return;
  place.dataset.what = what;
  place.replaceChildren(...cards);
}

function answerCard(answer) {
  const card = make("div", answer.answered ? "said" : "said none");
  card.append(make("p", "source", `You asked: ${answer.question}`));
  if (answer.answered) card.append(text(answer.sentences), sourced(answer.source));
  else {
    card.append(make("p", "", answer.note));
    if (answer.others.length) card.append(nearest(answer.others));
  }
  card.append(marks(answer.id, answer.mark === "useful", answer.answered));
  return card;
}

function nearest(others) {
  const line = make("p", "source", "Nearest: ");
  for (const other of others) line.append(opener(other.article, other.title), " ");
  return line;
}

function promptCard(prompt) {
  const card = make("li", useful.has(prompt.id) ? "said" : "said fresh");
  card.append(text(prompt.sentences), sourced(prompt.source), marks(prompt.id, useful.has(prompt.id), true));
  return card;
}

function actionCard(action) {
  const card = make("li", "said");
  card.append(words(make("p"), action.text), sourced(action.source));
  const row = make("div", "marks");
  row.append(button("Done", () => marked(action.id, "useful")), button("Not now", () => marked(action.id, "dismissed")));
  card.append(row);
  return card;
}

function factLine(fact) {
  const line = words(make("li"), fact.text);
  line.append(make("div", "source", `${fact.source} · ${fact.day}`));
  return line;
}

const words = (element, said) => {
  element.dir = "auto";
  element.textContent = said;
  return element;
};

const text = (sentences) => words(make("blockquote"), sentences.join(" "));

function sourced(source) {
  const line = make("p", "source");
  if (source.article) line.append(opener(source.article, source.section ? `${source.title}: ${source.section}` : source.title));
  else line.append(source.title);
  line.append(` · ${source.updated}`);
  if (source.warning) line.append(" · ", make("span", "warned", `⚠ ${source.warning}`));
  return line;
}

function dated(source, more) {
  const line = make("p", "source", `${source.updated} · ${more}`);
  if (source.warning) line.append(" · ", make("span", "warned", `⚠ ${source.warning}`));
  return line;
}

function opener(article, label) {
  const open = button(label, () => openPage(article));
  open.title = "Open the article";
  return open;
}

function marks(id, done, asWell) {
  const row = make("div", "marks");
  if (done) row.append(make("span", "quiet", "Marked useful"));
  else if (asWell) row.append(button("Useful", () => marked(id, "useful"), "U"), button("Not useful", () => marked(id, "not_useful"), "W"));
  row.append(button("Put away", () => marked(id, "dismissed"), "X"));
  return row;
}

function button(label, act, key = "") {
  const made = make("button", "small", label);
  made.type = "button";
  if (key) made.append(" ", make("kbd", "", key));
  made.addEventListener("click", () => run(act));
  return made;
}

// The pages that whoever is signed in may open, as one line of links; the service says which.

import { byId, make } from "./dom.js";

// pages: [{path, title}]; the page that is open is marked, the first page, with sign-out, comes before all
export function showNav(pages, id = "nav") {
  window.name = location.pathname; // so that another page's link finds this tab
  byId(id).replaceChildren(...[{ path: "/", title: "Start" }, ...pages].map(({ path, title }) => {
    const link = make("a", "", title);
    if (path === location.pathname) {
      link.href = path;
      link.setAttribute("aria-current", "page");
    } else ownTab(link, path);
    return link;
  }));
}

// A link to a page in a tab of its own, always the same one. Where that page is open already it is only brought to the
// front: a desk with a caller on the line is not loaded anew.
export function ownTab(link, path) {
  link.href = path;
  link.target = path;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const tab = window.open("", path);
    if (!tab) return;
    event.preventDefault();
    if (where(tab) !== path) tab.location.replace(new URL(path, location.href));
    tab.focus();
  });
}

function where(tab) {
  try {
    return tab.location.pathname;
  } catch {
    return ""; // it has gone elsewhere since
  }
}

// The pages that whoever is signed in may open, as one line of links; the service says which.

import { byId, make } from "./dom.js";

// pages: [{path, title}]; the page that is open is marked
export function showNav(pages, id = "nav") {
  byId(id).replaceChildren(...pages.map(({ path, title }) => {
    const link = make("a", "", title);
    link.href = path;
    if (path === location.pathname) link.setAttribute("aria-current", "page");
    return link;
  }));
}

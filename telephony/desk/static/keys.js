// Single-key shortcuts: never while writing, never with a modifier, and they can be switched off (WCAG 2.1.4).

const WRITING = "textarea, select, input:not([type=radio]):not([type=checkbox])";

// active(): whether keys count now; keys: letter → act; digit(n): 1 to 9; escape(): always
export function shortcuts({ active, keys, digit, escape }) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return escape();
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !active()) return;
    if (event.target.closest?.(WRITING)) return;
    const act = keys[event.key.toLowerCase()];
    if (!act && !/^[1-9]$/.test(event.key)) return;
    event.preventDefault();
    if (act) act();
    else digit(Number(event.key));
  });
}

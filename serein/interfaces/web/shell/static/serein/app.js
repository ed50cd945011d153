// What a page does on its own, and all of it is dispensable: every page works with JavaScript off.
document.documentElement.classList.add("js-enabled");
document.body.classList.add("govuk-frontend-supported");

// A second press within a second is a slip, not a wish. The server refuses it as well (one-time form tokens); this saves the trip.
const lastSent = new WeakMap();
document.addEventListener("submit", (event) => {
  const now = Date.now();
  const before = lastSent.get(event.target);
  if (before !== undefined && now - before < 1000) event.preventDefault();
  else lastSent.set(event.target, now);
});

// The error summary takes the focus, so that a screen reader begins with what is wrong; a link in it goes to the field, label in view.
function intoView(field) {
  const holder = field.closest("fieldset, .govuk-form-group") ?? field;
  (holder.querySelector("legend, label") ?? holder).scrollIntoView();
  field.focus({ preventScroll: true });
}

function readySummary(root) {
  const summary = root.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.setAttribute("tabindex", "-1");
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    intoView(field);
  });
}
readySummary(document);

// After a partial swap the focus would stay on a button that may be gone: move it to the result's heading.
document.addEventListener("htmx:afterSwap", (event) => {
  readySummary(event.target);
  const heading = event.target.querySelector("[data-focus-after-swap]");
  if (heading) heading.focus();
});

// Two minutes before the session ends, say so (WCAG 2.2.1). Anything sent later is still kept by the server.
const warning = document.querySelector("[data-session-ends]");
if (warning) {
  const seconds = Number(warning.dataset.sessionEnds);
  setTimeout(() => { warning.hidden = false; }, Math.max(0, seconds - 120) * 1000);
}

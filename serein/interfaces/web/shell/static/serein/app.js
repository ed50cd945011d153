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

// Two minutes before the session ends, say so and count (WCAG 2.2.1). The strip takes no focus: somebody may be typing. Its button is a
// form's own, so a keyboard reaches and presses it; anything sent later is still kept by the server. Seconds are counted by the clock, not by ticks:
// a laptop that slept wakes with the right number.
const WARN_SECONDS = 120;
const strip = document.querySelector("[data-session-ends]");

function watchSession(form) {
  const says = form.querySelector("[data-session-says]");
  const count = form.querySelector("[data-session-count]");
  const last = "sessionLast" in form.dataset;
  const KEPT = "What you send later is kept until you have signed in again.";
  let ends = Date.now() + Number(form.dataset.sessionEnds) * 1000;
  let gone = false;

  function over() {
    gone = true;
    says.textContent = `You have been signed out. ${KEPT}`;
    count.textContent = "";
    form.querySelector("button")?.remove();
  }

  function tick() {
    const seconds = Math.ceil((ends - Date.now()) / 1000);
    if (gone) return;
    form.hidden = seconds > WARN_SECONDS;
    if (form.hidden) return;
    if (seconds <= 0) { over(); return; }
    // Said once by a screen reader; the number beside it is for the eye.
    const now = last ? KEPT : "Press “Stay signed in”, or send the page.";
    if (!says.textContent) says.textContent = `You will be signed out in less than ${WARN_SECONDS / 60} minutes. ${now}`;
    count.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const asked = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "error" };
      const answer = await fetch(form.action, asked);
      if (!answer.ok) throw new Error(String(answer.status));
      const { seconds } = await answer.json();
      ends = Date.now() + seconds * 1000;
      says.textContent = "";
      const held = form.contains(document.activeElement);
      tick();
      if (held) document.getElementById("main")?.focus();
    } catch {
      over();
    }
  });
  setInterval(tick, 1000);
  tick();
}
if (strip) watchSession(strip);

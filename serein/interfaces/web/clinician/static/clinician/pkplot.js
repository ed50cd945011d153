// Replaces the SVG in <figure data-pk="…json"> by two uPlot panels that share one cursor. The SVG stays for print and where scripts fail.
const day = 86400;
const words = new Intl.DateTimeFormat(document.documentElement.lang || "en", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const short = new Intl.DateTimeFormat(document.documentElement.lang || "en", { day: "numeric", month: "short", timeZone: "UTC" });
const sum = (deltas) => { let at = 0; return deltas.map((d) => (at += d)); };

async function mount(fig) {
  const answer = await fetch(fig.dataset.pk, { credentials: "same-origin" });
  if (!answer.ok) return;
  const d = await answer.json();
  if (d.not_valid || !d.low.length) return;
  const first = Date.parse(d.first + "T12:00:00Z") / 1000;
  const [low, high, met, blo, bhi] = [d.low, d.high, d.metabolite, d.band_low, d.band_high].map(sum);
  const [earlier, changed] = [d.earlier, d.changed].map((all) => all.map((v) => (v === null ? null : Number(v)))), hue = d.band === "diazepam" ? "#1d70b8" : "#7f4c00";
  const mg = d.mg.map(Number), t = low.map((_, i) => first + i * day), now = Date.parse(d.today + "T12:00:00Z") / 1000;
  const svg = fig.querySelector("svg"), out = fig.querySelector("[data-out]"), keys = fig.querySelector("#pk-keys"), spans = fig.querySelector(".pk-spans");
  const host = document.createElement("div");
  host.className = "pk-live"; host.tabIndex = 0;
  for (const [k, v] of [["role", "application"], ["aria-roledescription", "interactive chart"], ["aria-label", fig.dataset.label], ["aria-describedby", "pk-keys"]]) host.setAttribute(k, v);
  const missed = new Set(d.missed), unknown = new Set(d.unknown);
  const ground = (u) => { const c = u.ctx, b = u.bbox, x = u.valToPos(now, "x", true); c.save(); c.fillStyle = "#f1f5f8"; if (x < b.left + b.width) c.fillRect(Math.max(x, b.left), b.top, b.left + b.width - Math.max(x, b.left), b.height); c.restore(); };
  const line = (u) => { const c = u.ctx, b = u.bbox, x = u.valToPos(now, "x", true); if (x < b.left || x > b.left + b.width) return; c.save(); c.setLineDash([4, 4]); c.beginPath(); c.moveTo(x, b.top); c.lineTo(x, b.top + b.height); c.stroke(); c.fillStyle = "#0b0c0c"; c.textAlign = "left"; if (u === a) c.fillText("today", x + 6, b.top + (d.levels.some((p) => p[1] > top) ? 32 : 12)); c.restore(); };
  const marks = (u) => { const c = u.ctx, b = u.bbox, wide = u.valToPos(t[0] + day, "x", true) - u.valToPos(t[0], "x", true); c.save(); c.textAlign = "center"; c.font = `${12 * devicePixelRatio}px sans-serif`; for (let i = 0; i < t.length; i++) { if (!missed.has(i) && !unknown.has(i)) continue; const x = u.valToPos(t[i], "x", true); if (x < b.left || x > b.left + b.width) continue; c.fillStyle = missed.has(i) ? "#b10e1e" : "#484949"; if (missed.has(i) || wide >= 9 * devicePixelRatio) c.fillText(missed.has(i) ? "×" : "?", x, b.top + b.height - 6); else c.fillRect(x - wide / 2, b.top + b.height - 5 * devicePixelRatio, wide + 1, 3 * devicePixelRatio); } c.restore(); };
  const both = (u) => {  // while a change is unconfirmed: the ground between its two doses is hatched, and the word stands there
    const c = u.ctx, from = earlier.findIndex((v) => v !== null), to = earlier.findLastIndex((v) => v !== null);
    if (from < 0) return;
    const b = u.bbox, x0 = Math.max(b.left, u.valToPos(t[from], "x", true)), x1 = Math.min(b.left + b.width, u.valToPos(t[to] + day, "x", true));
    const y0 = u.valToPos(Math.max(earlier[from], changed[from]), "y", true), y1 = u.valToPos(Math.min(earlier[from], changed[from]), "y", true);
    if (x1 <= x0) return;
    c.save(); c.beginPath(); c.rect(x0, y0, x1 - x0, y1 - y0); c.clip(); c.strokeStyle = "#505a5f"; c.beginPath();
    for (let x = x0 - (y1 - y0); x < x1; x += 7 * devicePixelRatio) { c.moveTo(x, y1); c.lineTo(x + y1 - y0, y0); }
    c.stroke(); c.restore(); c.save(); c.font = `${12 * devicePixelRatio}px sans-serif`; c.fillStyle = "#0b0c0c"; c.textAlign = x0 > b.left + b.width / 2 ? "right" : "left";
    c.fillText(`unconfirmed: ${d.earlier[from]} or ${d.changed[from]} mg`, x0 > b.left + b.width / 2 ? x1 : x0, y0 - 5 * devicePixelRatio); c.restore();
  };
  const within = (u, x) => x >= u.bbox.left && x <= u.bbox.left + u.bbox.width;
  const points = (u) => {  // measured levels: disc the parent, square the metabolite; empty with a question mark: not used
    const c = u.ctx, r = 6 * devicePixelRatio;
    for (const [share, value, parent, used] of d.levels) {
      const x = u.valToPos(first - day / 2 + share * day, "x", true); if (!within(u, x)) continue;
      const beyond = value > top, y = Math.max(u.bbox.top, u.valToPos(value, "y", true)), colour = parent ? "#1d70b8" : "#7f4c00", end = x > u.bbox.left + u.bbox.width / 2 || (beyond && x > u.bbox.left + 90 * devicePixelRatio);
      c.save(); c.setLineDash([]); c.beginPath(); if (parent) c.arc(x, y, r, 0, 7); else c.rect(x - r, y - r, 2 * r, 2 * r);
      c.fillStyle = used ? colour : "#fff"; c.strokeStyle = used ? "#fff" : colour; c.lineWidth = 2 * devicePixelRatio; c.fill(); c.stroke();
      c.font = `${12 * devicePixelRatio}px sans-serif`; c.textAlign = end ? "right" : "left"; c.lineWidth = 4 * devicePixelRatio; c.strokeStyle = "#fff"; c.fillStyle = colour;
      const said = `${value}${used ? "" : " ?"}${beyond ? " ↑" : ""}`, at = end ? x - 2 * r : x + 2 * r; c.strokeText(said, at, y + r / 2); c.fillText(said, at, y + r / 2); c.restore();
    }
    d.marks.forEach(([i, n]) => { const x = u.valToPos(first - day / 2 + i * day, "x", true); if (!within(u, x)) return; c.save(); c.setLineDash([1, 4]); c.strokeStyle = c.fillStyle = "#505a5f"; c.beginPath(); c.moveTo(x, u.bbox.top); c.lineTo(x, u.bbox.top + u.bbox.height); c.stroke(); c.font = `${12 * devicePixelRatio}px sans-serif`; c.textAlign = "left"; c.fillText(`(${n})`, x + 3, u.bbox.top + 14 * devicePixelRatio); c.restore(); });
  };
  const ifMg = d.if_mg.map((v) => (v === null ? null : Number(v))), asked = { stroke: "#0b0c0c", width: 2, dash: [8, 3, 2, 3], points: { show: false } };
  const axis = { font: "13px sans-serif", space: 70, values: (u, s) => s.map((v) => short.format(v * 1000)) };
  const utc = (ts) => uPlot.tzDate(new Date(ts * 1e3), "Etc/UTC");
  const key = "pk", top = Math.max(...high, ...met, ...bhi, ...d.if_high, ...d.if_metabolite, ...d.levels.filter((p) => p[3]).map((p) => p[1])) * 1.15, most = Math.max(1, ...mg, ...earlier, ...ifMg) * 1.25;
  const base = (height) => ({ width: fig.clientWidth, height, tzDate: utc, legend: { show: false }, cursor: { sync: { key, setSeries: false }, drag: { x: true, y: false } } });
  let i = Math.min(t.length - 1, Math.max(0, Math.round((now - first) / day))), busy = false, a, b, said = 0, waiting;
  const together = (u, k) => { if (k !== "x" || busy || !a || !b) return; busy = true; for (const o of [a, b]) if (o !== u) o.setScale("x", { min: u.scales.x.min, max: u.scales.x.max }); busy = false; };
  const say = (text) => { clearTimeout(waiting); const wait = Math.max(0, 500 - (Date.now() - said)); waiting = setTimeout(() => { said = Date.now(); out.textContent = text; }, wait); };  // twice a second at most, for those who hear it
  const read = (n) => { if (n == null) return; i = n; const dose = earlier[n] === null ? d.mg[n] : `${d.earlier[n]} mg or ${d.changed[n]}`, note = (earlier[n] === null ? "" : ", unconfirmed") + (unknown.has(n) ? " planned, not all of it told: unknown" : missed.has(n) ? " (a dose was missed)" : t[n] > now ? " (planned)" : ""); say(fig.dataset.readout.replace("{when}", words.format(t[n] * 1000)).replace("{lo}", low[n]).replace("{hi}", high[n]).replace("{met}", met[n]).replace("{band}", d.band).replace("{blo}", blo[n]).replace("{bhi}", bhi[n]).replace("{mg}", dose).replace("{note}", note)); };
  svg.before(host);
  a = new uPlot({ ...base(300), scales: { x: { time: true }, y: { range: () => [0, top] } }, series: [{}, { stroke: "#1d70b8", width: 1, points: { show: false } }, { stroke: "#1d70b8", width: 1, points: { show: false } }, { stroke: "#7f4c00", width: 2, dash: [7, 4], points: { show: false } }, { stroke: hue, width: 1, dash: [1, 3], points: { show: false } }, { stroke: hue, width: 1, dash: [1, 3], points: { show: false } }, asked, asked, { ...asked, dash: [2, 4] }], bands: [{ series: [5, 4], fill: hue + "21" }, { series: [1, 2], fill: "#1d70b859" }], axes: [axis, { label: "ng/mL, estimate", size: 64, labelSize: 22, font: "13px sans-serif" }], hooks: { drawClear: [ground], draw: [line, points], setCursor: [(u) => read(u.cursor.idx)], setScale: [together] } }, [t, high, low, met, blo, bhi, d.if_high, d.if_low, d.if_metabolite], host);
  b = new uPlot({ ...base(160), scales: { x: { time: true }, y: { range: () => [0, most] } }, series: [{}, { stroke: "#0b0c0c", width: 2, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) }, { stroke: "#0b0c0c", width: 2, dash: [6, 3], points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) }, { ...asked, paths: uPlot.paths.stepped({ align: 1 }) }], axes: [axis, { label: "mg a day", size: 64, labelSize: 22, font: "13px sans-serif" }], hooks: { drawClear: [ground], draw: [marks, both, line], setScale: [together] } }, [t, mg, earlier, ifMg], host);
  const sync = uPlot.sync(key); sync.sub(a); sync.sub(b);
  svg.classList.add("pk-print");
  for (const el of [out, keys, spans]) el.hidden = false;
  const go = (n) => { n = Math.max(0, Math.min(t.length - 1, n)); const s = a.scales.x; if (t[n] < s.min || t[n] > s.max) { const w = (s.max - s.min) / 2; a.setScale("x", { min: t[n] - w, max: t[n] + w }); } a.setCursor({ left: a.valToPos(t[n], "x"), top: a.valToPos(high[n], "y") }); read(n); };
  const whole = () => a.setScale("x", { min: t[0], max: t.at(-1) });
  const zoom = (f) => { const n = i, s = a.scales.x, w = (s.max - s.min) * f / 2; a.setScale("x", { min: Math.max(t[0], t[n] - w), max: Math.min(t.at(-1), t[n] + w) }); queueMicrotask(() => queueMicrotask(() => go(n))); };
  host.addEventListener("keydown", (e) => { const by = e.shiftKey ? 7 : 1, deed = { ArrowRight: () => go(i + by), ArrowLeft: () => go(i - by), Home: () => go(0), End: () => go(t.length - 1), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), Escape: whole }[e.key]; if (deed) { deed(); e.preventDefault(); } });
  for (const button of fig.querySelectorAll("[data-span]")) button.addEventListener("click", () => { const n = +button.dataset.span; if (n) a.setScale("x", { min: now - n * day * 0.7, max: now + n * day * 0.3 }); else whole(); for (const o of fig.querySelectorAll("[data-span]")) o.setAttribute("aria-pressed", o === button); });
  for (const button of fig.querySelectorAll("[data-step]")) button.addEventListener("click", () => go(i + +button.dataset.step));
  let wide = fig.clientWidth;  // only a new width counts: drawing changes the height, and answering that would never end
  new ResizeObserver(() => { if (Math.abs(fig.clientWidth - wide) < 2) return; wide = fig.clientWidth; for (const u of [a, b]) u.setSize({ width: fig.clientWidth, height: u.height }); }).observe(fig);
  read(i); fig.dataset.ready = "1";
}
for (const fig of document.querySelectorAll("figure[data-pk]")) mount(fig);

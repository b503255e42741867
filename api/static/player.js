// Plays a call in step with its timeline and transcript. Without this file the browser's own controls stay.

const player = document.querySelector("[data-player]");
const audio = player.querySelector("audio");
const timeline = document.querySelector("[data-timeline]");
const lines = [...document.querySelectorAll(".line[data-ms]")].filter((line) => line.dataset.ms !== "");
const length = Number(audio.dataset.length);
const SVG = "http://www.w3.org/2000/svg";
const ROWS = { operator: { y: 30, height: 22 }, customer: { y: 60, height: 22 } };
const STEP_S = 5;

const make = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${parts.join(":")}` : parts.join(":");
};

const playhead = make("line", { class: "playhead", y1: 8, y2: 98, x1: "0%", x2: "0%" });
const position = player.querySelector("[data-position]");
const button = player.querySelector("[data-play]");
const follow = player.querySelector("[data-follow]");
let current = null;
let wanted = null; // where to start, until the sound has come

const now = () => wanted ?? audio.currentTime;

function show() {
  const at = `${(Math.min(now() / length, 1) * 100).toFixed(3)}%`;
  playhead.setAttribute("x1", at);
  playhead.setAttribute("x2", at);
  position.textContent = clock(now());
  const ms = now() * 1000;
  const line = lines.findLast((item) => Number(item.dataset.ms) <= ms) ?? null;
  if (line === current) return;
  current?.classList.remove("now");
  line?.classList.add("now");
  current = line;
  if (line && follow.checked && !audio.paused) line.scrollIntoView({ block: "nearest" });
}

function seek(seconds) {
  const at = Math.min(Math.max(seconds, 0), length);
  if (audio.readyState > 0) audio.currentTime = at;
  else wanted = at;
  show();
}

const toggle = () => (audio.paused ? audio.play().catch(fail) : audio.pause());

function fail() {
  player.querySelector(".problem").hidden = false;
}

function toMoment(direction) {
  const ms = now() * 1000;
  const moments = lines.filter((line) => "moment" in line.dataset).map((line) => Number(line.dataset.ms));
  const next = direction > 0 ? moments.find((at) => at > ms + 300) : moments.findLast((at) => at < ms - 800);
  if (next !== undefined) seek(next / 1000);
}

function ofHash() {
  const line = lines.find((item) => `#${item.id}` === location.hash);
  if (line) seek(Number(line.dataset.ms) / 1000);
}

async function drawWave() {
  const answer = await fetch(audio.dataset.peaks);
  if (!answer.ok) return;
  const { peaks, per_second: rate } = await answer.json();
  const operator = Number(timeline.dataset.operatorChannel);
  const anchor = timeline.querySelector(".mid");
  peaks.slice(0, 2).forEach((values, channel) => {
    const speaker = peaks.length === 1 || channel === operator ? "operator" : "customer";
    const loudest = Math.max(...values.slice(0, 50_000), 16);
    const top = values.map((value, index) => `${index},${(50 - (48 * value) / loudest).toFixed(1)}`);
    const bottom = values.map((value, index) => `${index},${(50 + (48 * value) / loudest).toFixed(1)}`).reverse();
    const row = ROWS[speaker];
    const box = make("svg", {
      x: "0", y: row.y, width: `${(values.length / rate / length) * 100}%`, height: row.height,
      viewBox: `0 0 ${values.length} 100`, preserveAspectRatio: "none",
    });
    box.append(make("path", { class: `wave ${speaker}`, d: `M${top.join("L")}L${bottom.join("L")}Z` }));
    timeline.insertBefore(box, timeline.querySelector(".pin") ?? playhead);
  });
  anchor.closest(".timeline").classList.add("waved");
}

audio.addEventListener("loadedmetadata", () => {
  if (wanted !== null) audio.currentTime = wanted;
  wanted = null;
});
for (const event of ["timeupdate", "seeked"]) audio.addEventListener(event, show);
for (const event of ["play", "pause"]) {
  audio.addEventListener(event, () => button.setAttribute("aria-pressed", String(!audio.paused)));
}
audio.addEventListener("error", fail);
button.addEventListener("click", toggle);
player.querySelector("[data-speed]").addEventListener("change", (event) => {
  audio.playbackRate = Number(event.target.value);
});
timeline.addEventListener("click", (event) => {
  if (event.target.closest("a")) return;
  const box = timeline.getBoundingClientRect();
  seek(((event.clientX - box.left) / box.width) * length);
});
addEventListener("hashchange", ofHash);
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#u"]');
  if (link && link.getAttribute("href") === location.hash) ofHash(); // the same place again
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (event.key === " " && event.target.closest("button, a, summary")) return;
  const actions = {
    " ": toggle,
    ArrowLeft: () => seek(now() - STEP_S),
    ArrowRight: () => seek(now() + STEP_S),
    n: () => toMoment(1),
    p: () => toMoment(-1),
    "?": () => player.querySelector(".keys").toggleAttribute("open"),
  };
  const act = actions[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

audio.removeAttribute("controls");
player.querySelector(".controls").hidden = false;
timeline.append(playhead);
ofHash();
show();
drawWave().catch(() => {}); // the bars of the utterances stay where no wave form can be had
